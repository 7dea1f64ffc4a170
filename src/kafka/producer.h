// Writes records and knows when the cluster has them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/message.h"
#include "core/result.h"
#include "kafka/client.h"

namespace staydown::kafka {

struct Outgoing {
  std::string topic;
  Message message;
  std::optional<std::int32_t> partition = {};  // none: by the key, as Java's producers do
};

// Idempotent: what is sent to a partition is there once and in order, however often a broker goes
// away; it waits for brokers without end. Partitioner murmur2_random.
//
// Not thread-safe: used by one thread. Destruction drops what is not acknowledged.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> connect(const ClientOptions& options);
  ~Producer();

  // Queues a record; waits while the queue is full. `delivered` is called from `flush` or a later
  // `send` with what the cluster says. kTooLarge: over the limit of this client; the topic's own
  // limit is found out by delivery.
  using Delivered = std::function<void(const Result<void>&)>;
  Result<void> send(Outgoing record, Delivered delivered = {});

  // Waits until the fate of all that was sent is known, at most `timeout`. The first failure since
  // the last flush of a record that was sent without `delivered`; kBusy if some are still on their
  // way, and then `flush` may be called again.
  Result<void> flush(std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::kafka
