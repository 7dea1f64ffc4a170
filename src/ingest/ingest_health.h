// Whether the threads of ingest live, and whether they can do their work.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "service/http_server.h"
#include "service/metrics.h"

namespace staydown::ingest {

// Thread-safe. A thread that is at work and has not said anything for a minute is stuck: reads of
// live inputs end after 20 s of silence, and waiting for brokers says so every second. An input
// that is off air is no reason not to be ready: that is what it may be, and others go on.
class IngestHealth {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // What one thread says of itself; it is forgotten with its destruction, before the health's.
  class Part {
   public:
    Part(IngestHealth& health, std::string name, std::string problem = {});
    ~Part();
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    void alive();                             // at work
    void waits();                             // for what may take any time: not judged
    void problem(const std::string& reason);  // why it cannot do its work; empty: none

   private:
    IngestHealth& health_;
    const std::size_t id_;
  };

  explicit IngestHealth(service::Metrics& metrics) : metrics_(metrics) {}

  void stopping();  // from here on it is not ready

  service::HttpAnswer health(Moment now) const;  // for /healthz
  service::HttpAnswer readiness() const;         // for /readyz

 private:
  struct State {
    std::string name, problem;
    std::optional<Moment> alive;  // none: not judged
  };
  void show();  // with mutex_ held

  service::Metrics& metrics_;
  mutable std::mutex mutex_;
  std::map<std::size_t, State> parts_;  // guarded by mutex_
  std::size_t next_ = 0;                // guarded by mutex_
  bool stopping_ = false;               // guarded by mutex_
};

}  // namespace staydown::ingest
