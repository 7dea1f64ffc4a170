// What one worker thread writes: events, dead letters, states.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "event/dead_letter.h"
#include "event/takedown_event.h"
#include "kafka/producer.h"
#include "kafka/record.h"
#include "service/config.h"
#include "service/metrics.h"
#include "service/stream_record.h"

namespace staydown::service {

// Sends at once and waits in `settle`. Not thread-safe.
class Outbox {
 public:
  static Result<std::unique_ptr<Outbox>> connect(const kafka::ClientOptions& client,
                                                 TopicNames topics, Metrics& metrics,
                                                 std::function<WallTime()> clock);

  // `timed`: its latencies are measured, up to the acknowledgement. An event that nothing but the
  // end of a stream caused is not.
  Result<void> publish(const event::TakedownEvent& event, bool timed);

  // Unchanged with the letter; without its value if it is too large for the topic.
  Result<void> dead_letter(kafka::Record record, const std::string& reason,
                           const std::string& message);

  // `record` null: the stream is forgotten.
  Result<void> save(const StreamId& stream, std::int32_t partition, const StreamRecord* record);

  // Waits until the cluster has all that was sent, calling `waiting` once a second, until that says
  // false. The first error is returned; what was sent may be there or not.
  Result<void> settle(const std::function<bool()>& waiting);

 private:
  Outbox(std::unique_ptr<kafka::Producer> producer, TopicNames topics, Metrics& metrics,
         std::function<WallTime()> clock);

  void note(const Result<void>& delivered);
  void acknowledged(const event::TakedownEvent& event);
  Result<void> send_letter(Message original, event::DeadLetter letter);

  std::unique_ptr<kafka::Producer> producer_;
  const TopicNames topics_;
  Metrics& metrics_;
  std::function<WallTime()> clock_;
  bool unsettled_ = false;
  std::optional<Error> failure_;
};

}  // namespace staydown::service
