// The folder of segments that are too large for the topic: how long its files stay.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <thread>

#include "core/result.h"
#include "kafka/client.h"
#include "service/config.h"

namespace staydown::service {

// A file must stay as long as a record may name it: at least as long as the segment and the
// dead-letter topic keep theirs. kInvalidArgument names the topic and how long is needed. `kept` of
// zero: files are never removed, or by somebody else.
Result<void> check_spool_retention(const kafka::ClientOptions& client, const TopicNames& topics,
                                   std::chrono::hours kept);

// Removes files that are older than `kept` from the folders below `spool`; gives their number.
std::size_t clean_spool(const std::filesystem::path& spool, std::chrono::hours kept,
                        std::filesystem::file_time_type now);

// Does so every ten minutes until it is destroyed.
class SpoolKeeper {
 public:
  SpoolKeeper(std::filesystem::path spool, std::chrono::hours kept);

 private:
  void run(const std::stop_token& stop);
  const std::filesystem::path spool_;
  const std::chrono::hours kept_;
  std::jthread thread_;
};

}  // namespace staydown::service
