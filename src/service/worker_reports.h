// A worker's own line on the topic of workers, written and read.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/result.h"
#include "event/worker_report.h"
#include "kafka/client.h"
#include "kafka/producer.h"

namespace staydown::service {

// Of a worker whose latest report is older nobody knows whether it still runs.
inline constexpr std::chrono::seconds kReportsLate{20};

// Writes what `look` gives every five seconds, and as soon as another version of the references is
// enforced or the worker becomes ready or stops being so; a tombstone at the end. What cannot be
// written is dropped: the next says more.
class WorkerReports {
 public:
  static Result<std::unique_ptr<WorkerReports>> start(const kafka::ClientOptions& client,
                                                      std::string topic,
                                                      std::function<event::WorkerReport()> look);
  ~WorkerReports();

 private:
  WorkerReports(std::unique_ptr<kafka::Producer> producer, std::string topic,
                std::function<event::WorkerReport()> look);
  void run(const std::stop_token& stop);

  std::unique_ptr<kafka::Producer> producer_;
  const std::string topic_;
  const std::function<event::WorkerReport()> look_;
  std::string instance_;
  std::jthread thread_;
};

// The latest report of each worker that has not ended, by instance.
Result<std::vector<event::WorkerReport>> read_reports(const kafka::ClientOptions& client,
                                                      const std::string& topic);

struct Enforcement {
  std::size_t workers = 0;           // that run
  std::vector<std::string> waiting;  // of them, those that do not enforce it yet
};

// Waits until every worker that runs enforces the references up to an offset, at most `patience`.
Result<Enforcement> await_enforcement(const kafka::ClientOptions& client, const std::string& topic,
                                      std::int64_t version, std::chrono::milliseconds patience);

}  // namespace staydown::service
