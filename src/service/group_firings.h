// Tells the policy what all workers of the group fire, so that a breaker counts for all of them.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"
#include "kafka/log_reader.h"
#include "policy/policy.h"
#include "service/metrics.h"
#include "service/worker_health.h"

namespace staydown::service {

// Of a breaker that opened within this time a worker that starts knows.
inline constexpr std::chrono::hours kTripsRemembered{24};

// What it reads, and whom it tells. All outlive it.
struct FiringsSetup {
  kafka::ClientOptions client;
  std::string topic;  // of takedown events
  WallTime now{};
  policy::Policy* policy = nullptr;
  Metrics* metrics = nullptr;
  WorkerHealth* health = nullptr;
  std::size_t slot = 0;  // in `health`
  // Between two looks whether the topic has got more partitions; producers take minutes to notice.
  std::chrono::milliseconds look_for_partitions = std::chrono::seconds(30);
};

// Reads the events that the group publishes, its own too, from a thread of its own: what another
// worker fired counts here milliseconds later. While the topic cannot be read, only what this
// process fires counts; readiness says why, and it is tried again.
class GroupFirings {
 public:
  // Returns once the policy knows the last day.
  static Result<std::unique_ptr<GroupFirings>> start(FiringsSetup setup);

 private:
  explicit GroupFirings(FiringsSetup setup) : setup_(std::move(setup)) {}
  Result<void> open(WallTime since);
  Result<void> catch_up();
  Result<void> take_new_partitions();
  void take(const kafka::Record& record);
  Result<void> look();
  void follow(const std::stop_token& stop);

  FiringsSetup setup_;
  std::unique_ptr<kafka::LogReader> reader_;      // none: to be opened
  std::vector<kafka::Position> from_;             // where to go on, by partition
  std::chrono::steady_clock::time_point looked_;  // at the topic
  WallTime seen_{};                               // up to here nothing is missing
  std::jthread thread_;
};

}  // namespace staydown::service
