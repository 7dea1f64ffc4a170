// Whether the threads of a worker live, and whether they do their work.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/http_server.h"
#include "service/metrics.h"

namespace staydown::service {

// Thread-safe. A thread that has not said anything for a minute is stuck: nothing that it does in
// one go takes that long (a segment has a limit of CPU time, a fetch of time). A thread that has
// not begun is not judged, and neither is one that is about to do what takes as long as it takes.
class WorkerHealth {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // One for each name; they are numbered in this order.
  WorkerHealth(std::vector<std::string> names, Metrics& metrics);

  void alive(std::size_t thread);
  void ready(std::size_t thread);
  // Logs when the reason is another than before.
  void not_ready(std::size_t thread, const std::string& reason);
  // As not_ready; what comes now may take minutes. Judged again once it says something else.
  void takes_long(std::size_t thread, const std::string& reason);
  void brokers_up(std::size_t thread, bool up);

  HttpAnswer health(Moment now) const;  // for /healthz
  HttpAnswer readiness() const;         // for /readyz

 private:
  struct Thread {
    std::string name;
    std::optional<Moment> alive = {};  // none: not judged
    std::string problem = "starting";  // empty: ready
    bool brokers_up = true;

    bool ready() const { return problem.empty() && brokers_up; }
  };
  void show_ready(std::size_t thread);  // with the mutex held
  void tell(std::size_t thread, const std::string& reason, std::optional<Moment> alive);

  mutable std::mutex mutex_;
  std::vector<Thread> threads_;
  Metrics& metrics_;
};

}  // namespace staydown::service
