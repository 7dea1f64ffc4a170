// One stream as a detector knows it, and its saved form.
#pragma once

#include <span>

#include "core/reference.h"
#include "core/result.h"
#include "core/segment.h"
#include "matching/case_book.h"
#include "matching/stream_tracker.h"
#include "media/frame_sampler.h"
#include "service/lookback.h"

namespace staydown::service {

// Where on the wall a moment of the stream was on air, told from its latest segment.
struct AirClock {
  MediaTime end{};
  WallTime ingested{};
  WallTime at(MediaTime t) const { return ingested - (end - t); }
};

struct WatchedStream {
  AccountId account;
  media::FrameSampler sampler;
  matching::StreamTracker tracker;
  matching::CaseBook cases;
  AirClock air;
  StreamPast past;  // not saved
};

// The references that it is about are saved without their descriptors, so the form stays small.
Bytes save_stream(const WatchedStream& stream);

// `blank` becomes the stream that was saved. A reference that is enforced as it was is used again;
// of others only what an event says of them is known, and the tracker goes on with the generation
// that is enforced now. Saved under another calibration, its cases go on and its alignments begin
// anew. kCorrupt: of another version, or damaged.
Result<WatchedStream> load_stream(std::span<const std::uint8_t> saved, WatchedStream blank,
                                  const ReferenceSet& enforced);

}  // namespace staydown::service
