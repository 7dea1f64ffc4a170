// The streams of one worker thread: which a detector holds, which sleep, and what of them is to be
// saved.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/result.h"
#include "event/takedown_event.h"
#include "kafka/record.h"
#include "service/config.h"
#include "service/detector.h"
#include "service/metrics.h"
#include "service/stream_shelf.h"

namespace staydown::service {

// Bounded: streams beyond `max_streams` sleep as what they would be saved as, those that are idle
// end, and are forgotten later. Events that come of it are given back, for the caller to publish.
// Not thread-safe.
class Streams {
 public:
  using Events = std::vector<event::TakedownEvent>;

  // Both outlive it.
  Streams(const WorkerConfig& config, Detector& detector, Metrics& metrics)
      : config_(config), detector_(detector), metrics_(metrics) {}

  // A stream that was saved as a record of the state topic says; without a value it is forgotten.
  // `end`: of the stream's partition; what contains more is about another segment topic. Of two
  // owners' words the one with the larger offset counts: a late write of the one that is gone may
  // come after that of its successor.
  void restore(const kafka::Record& saved, std::int64_t end);

  const ShelvedStream* find(const StreamId& id);

  // The stream as the detector has it, with this record as the last that it contains. Events: the
  // closing of its cases, if a new broadcast of that name begins, or if it was silent for so long
  // that it had ended.
  enum class Broadcast : std::uint8_t { kGoesOn, kBegins };
  std::pair<ShelvedStream*, Events> wake(const StreamId& id, const kafka::Record& record,
                                         WallTime ingested, Broadcast broadcast);

  // Puts to sleep those that were used least recently.
  void keep_within_cap();

  // Ends those that are idle, as far as their partitions have no segments that might be theirs.
  // Idle time is counted on the segments' clock.
  Events end_idle(WallTime now, const std::function<bool(std::int32_t)>& caught_up);

  // Gives each stream that changed since the last call as it is to be saved; without a record, it
  // is to be forgotten.
  using Save = std::function<Result<void>(const StreamId&, std::int32_t partition,
                                          const StreamRecord* record)>;
  Result<void> save_changes(const Save& save);
  bool any_changed() const { return !changed_.empty() || !forgotten_.empty(); }

  // All of them: they are somebody else's, or are loaded again.
  void drop_all();

  std::size_t awake() const { return shelf_.awake(); }
  std::size_t asleep() const { return shelf_.asleep(); }

 private:
  void rouse(const StreamId& id, ShelvedStream& stream);
  void put_to_sleep(const StreamId& id);
  void change(const StreamId& id, ShelvedStream& stream);

  const WorkerConfig config_;
  Detector& detector_;
  Metrics& metrics_;
  StreamShelf shelf_;
  std::vector<StreamId> changed_;
  std::vector<std::pair<StreamId, std::int32_t>> forgotten_;  // with their partitions
};

}  // namespace staydown::service
