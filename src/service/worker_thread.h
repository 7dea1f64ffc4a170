// One thread of a worker: poll, detect, publish, commit.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "kafka/client.h"
#include "service/config.h"
#include "service/detector.h"
#include "service/metrics.h"
#include "service/worker_health.h"

namespace staydown::service {

// What a thread is made of. What it points to outlives it.
struct WorkerSetup {
  const Config* config = nullptr;
  kafka::ClientOptions client;
  std::string instance;  // of this thread in the group
  std::size_t slot = 0;  // of this thread in health and metrics
  Metrics* metrics = nullptr;
  WorkerHealth* health = nullptr;
  std::unique_ptr<Detector> detector;
  std::function<WallTime()> clock;
};

// See docs/decisions/0009-kafka-worker.md for the order of what is written and what a crash
// repeats. Used by one thread.
class WorkerThread {
 public:
  explicit WorkerThread(WorkerSetup setup);

  // Returns once `stop` was requested and all that was done is committed, or with an error after
  // which nothing can go on. All others are waited out, told of by WorkerHealth.
  Result<void> run(const std::stop_token& stop);

 private:
  WorkerSetup setup_;
};

}  // namespace staydown::service
