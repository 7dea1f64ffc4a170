// Partitions that wait for media that cannot be fetched yet.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "core/time.h"
#include "kafka/record.h"

namespace staydown::service {

// One record of a partition is waited for at a time, with back-off. Pure: time is a parameter. Not
// thread-safe.
class FetchRetries {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit FetchRetries(MediaTime longest) : longest_(longest) {}

  // The record may be waited for: it has not been for longer than `longest`.
  bool may_wait(std::int32_t partition, std::int64_t offset, Moment now) const;
  // It could not be fetched: the partition waits from now on.
  void wait(std::int32_t partition, std::int64_t offset, Moment now);
  bool waiting(std::int32_t partition) const;

  // What has waited for long enough, each where to go on; it no longer waits.
  std::vector<kafka::Position> take_due(Moment now);

  void forget(std::int32_t partition) { retries_.erase(partition); }
  void clear() { retries_.clear(); }

 private:
  struct Retry {
    std::int64_t offset = 0;
    Moment since, next;
    std::chrono::milliseconds delay{};
    bool waiting = true;
  };
  MediaTime longest_;
  std::map<std::int32_t, Retry> retries_;
};

}  // namespace staydown::service
