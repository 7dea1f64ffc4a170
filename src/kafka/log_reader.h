// Reads partitions whole, outside any group.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"
#include "kafka/record.h"

namespace staydown::kafka {

// Not thread-safe.
class LogReader {
 public:
  static Result<std::unique_ptr<LogReader>> connect(const ClientOptions& options);
  // Within 2 s, whatever the brokers do.
  ~LogReader();

  // As Topics::partitions, by this connection.
  Result<int> partitions(const std::string& topic, std::chrono::milliseconds patience);

  // From here on reads these partitions, each from its offset (-1: its first record) on.
  Result<void> start(const std::string& topic, const std::vector<Position>& from);

  // Where reading all partitions would start to see only what was appended at `time` or later.
  Result<std::vector<Position>> since(const std::string& topic, int partitions, WallTime time);

  // First offset that is there, and the one after the last, asked of the broker.
  Result<std::pair<std::int64_t, std::int64_t>> bounds(const std::string& topic,
                                                       std::int32_t partition);

  // Gives every record up to what was the end when it got there, in order within a partition.
  // `patience`: with nothing arriving for so long the brokers are taken to be away (kUnavailable).
  // A stop ends it too.
  Result<void> read_to_end(const std::function<void(Record)>& take,
                           std::chrono::milliseconds patience);

  // The next record; nullopt if none came in time.
  Result<std::optional<Record>> next(std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit LogReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::kafka
