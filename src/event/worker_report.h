// What a worker says of itself on the topic staydown.workers, so that anybody can see what is
// enforced where.
#pragma once

#include <cstdint>
#include <string>

#include "core/message.h"
#include "core/result.h"
#include "core/time.h"

namespace staydown::event {

struct WorkerReport {
  std::string instance;
  WallTime at{};
  std::string software, model;           // "staydown 0.1.0", "pdq-1"
  std::int64_t references_version = -1;  // offset in the topic of references, enforced
  std::uint64_t references = 0, frames = 0;
  std::uint64_t partitions = 0, lag = 0;  // of the segment topic; records
  bool ready = false;
  bool operator==(const WorkerReport&) const = default;
};

// Key: the instance. Its tombstone says that the worker has ended.
Message to_message(const WorkerReport& report);
// kMalformed names what is missing or wrong.
Result<WorkerReport> parse_worker_report(const Message& message);

}  // namespace staydown::event
