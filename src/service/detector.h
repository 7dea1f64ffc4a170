// The pipeline: one segment in, events out.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/segment.h"
#include "descriptor/describer.h"
#include "event/takedown_event.h"
#include "index/reference_index.h"
#include "matching/case_book.h"
#include "matching/stream_tracker.h"
#include "media/frame_sampler.h"
#include "policy/policy.h"
#include "service/arrivals.h"
#include "service/looker.h"

namespace staydown::service {

struct DetectorOptions {
  media::SamplingPolicy sampling;
  media::SegmentLimits limits;
  index::SearchOptions search;
  matching::TrackerOptions tracker;              // its two scores are the operating thresholds
  MediaTime lookback = std::chrono::minutes(3);  // searched for a reference that comes; 0: off
  event::Versions versions;                      // `index` is filled in per event
  std::function<WallTime()> clock;               // what latencies are measured with
};

// What workers share: all of it thread-safe, none of it null.
struct SharedParts {
  std::shared_ptr<const descriptor::Describer> describer;
  std::shared_ptr<const index::ReferenceIndex> index;
  std::shared_ptr<const matching::Calibration> calibration;
  std::shared_ptr<policy::Policy> policy;
  std::shared_ptr<Arrivals> arrivals;
};

// How much of a segment is looked at. kSkip moves the stream's clock on and looks at nothing.
enum class Effort : std::uint8_t { kFull, kOneFrame, kSkip };

// What one segment gave.
struct Detection {
  Interval on_air;  // of the segment, on the stream's line
  std::vector<event::TakedownEvent> events;
  std::vector<Match> matches;  // at or above the review score that changed or ended
  std::vector<Frame> frames;   // sampled; for the report
  std::vector<media::MediaWarning> warnings;
  double score = 0;      // highest score of an open alignment after this segment, in nats
  std::size_t hits = 0;  // stored frames near a sampled one
  std::size_t not_searched_for = 0;  // references that came, too many to search the past for
  Stages stages;                     // what each stage took
};

// Sample, describe, search, track, judge: in that order, for the streams of one worker. The first
// segment in which a stream hits a reference as one of so many frames hardly would by chance is
// sampled again densely, and so are those that follow until it is decided. For a reference that is
// added while a stream runs, its last minutes are searched too, as densely as they were sampled.
//
// Not thread-safe: one per worker thread. After an error the stream goes on with its next segment.
// The same segments in the same order against the same references give the same events but for ids
// of versions and latencies.
class Detector {
 public:
  Detector(DetectorOptions options, const SharedParts& parts);
  // Leaves looking at segments to `looker`, which sees what it would see itself.
  Detector(DetectorOptions options, SharedParts parts, std::shared_ptr<const Looker> looker);
  ~Detector();

  Result<Detection> detect(const Segment& segment, Effort effort = Effort::kFull);

  // The stream has ended: closes its cases. Nothing for a stream that is not known. Should it go on
  // all the same, a showing is a new case with a new number.
  Detection finish(const StreamId& stream);

  // Highest score of an open alignment of the stream; 0 if it is not known.
  double score(const StreamId& stream) const;

  // What a detector made alike needs to go on with the stream as this one would: a few KB. Empty if
  // the stream is not known. Not part of it: decoded pictures (media::SamplerMemory).
  Bytes save(const StreamId& stream) const;

  // kCorrupt: not what `save` of this version gave; the stream then begins anew.
  Result<void> restore(const StreamId& stream, std::span<const std::uint8_t> saved);

  void forget(const StreamId& stream);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
