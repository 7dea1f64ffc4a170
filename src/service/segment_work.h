// What a worker thread does with one segment, from its record to its events.
#pragma once

#include <functional>
#include <optional>

#include "core/result.h"
#include "service/batch_order.h"
#include "service/config.h"
#include "service/detector.h"
#include "service/load.h"
#include "service/metrics.h"
#include "service/outbox.h"
#include "service/segment_bytes.h"
#include "service/streams.h"

namespace staydown::service {

// What became of a record. kLater: its media cannot be fetched yet, and nothing has changed.
enum class Taken : std::uint8_t { kDone, kLater };

// Whether a record may be taken later.
enum class Patience : std::uint8_t { kSome, kNone };

// Not thread-safe.
class SegmentWork {
 public:
  // What it works with; all outlive it.
  struct Parts {
    const Config* config = nullptr;
    std::function<WallTime()> clock;
    Metrics* metrics = nullptr;
    Detector* detector = nullptr;
    Streams* streams = nullptr;
    Load* load = nullptr;
    Outbox* outbox = nullptr;
  };
  explicit SegmentWork(Parts parts)
      : parts_(std::move(parts)), bytes_(parts_.config->fetch, *parts_.metrics) {}

  // Skips what its stream contains already, fetches, puts into its stream's order, detects,
  // publishes; what can never be used is dead-lettered. Errors are the cluster's, and the batch is
  // done again.
  Result<Taken> take(BatchItem item, Patience patience);

  // `timed`: see Outbox::publish.
  Result<void> publish(const Streams::Events& events, bool timed);

 private:
  // What is wrong with the segment, if anything; it will be so whenever it is taken.
  using Fault = std::optional<Error>;
  Result<Fault> watch(kafka::Record& record, event::SegmentMessage& message,
                      const SequenceWindow& window, const SequenceWindow::Step& step);
  Result<ShelvedStream*> wake(const StreamId& id, const kafka::Record& record, WallTime ingested,
                              Streams::Broadcast broadcast);
  Result<Detection> detect(const Segment& segment, ShelvedStream& stream);
  Result<void> refuse(kafka::Record record, const Error& error);
  void count(const SequenceWindow::Step& step);
  void count(const Detection& detection, Effort effort);

  Parts parts_;
  SegmentBytes bytes_;
};

// Streams are watched under this name beside their own where a segment comes too late to be taken
// in order, or is put back from the dead letters: "<id>+late".
inline constexpr const char* kLateSuffix = "+late";

}  // namespace staydown::service
