// Tells the policy what all workers of the group fire, so that a breaker counts for all of them.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"
#include "kafka/client.h"
#include "kafka/log_reader.h"
#include "policy/policy.h"

namespace staydown::service {

// Of a breaker that opened within this time a worker that starts knows.
inline constexpr std::chrono::hours kTripsRemembered{24};

// Reads the events that the group publishes, its own too, from a thread of its own: what another
// worker fired counts here milliseconds later. While the topic cannot be read, only what this
// process fires counts.
class GroupFirings {
 public:
  // `policy` outlives it.
  static Result<std::unique_ptr<GroupFirings>> start(const kafka::ClientOptions& client,
                                                     const std::string& topic, WallTime now,
                                                     policy::Policy& policy);

 private:
  GroupFirings(std::unique_ptr<kafka::LogReader> reader, policy::Policy& policy);
  void follow(const std::stop_token& stop);

  std::unique_ptr<kafka::LogReader> reader_;
  policy::Policy& policy_;
  std::jthread thread_;
};

}  // namespace staydown::service
