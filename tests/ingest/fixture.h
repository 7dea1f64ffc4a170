// What tests of ingest share: a sink that remembers, and what was logged.
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/segment.h"
#include "ingest/segment_sink.h"

namespace staydown::ingest {

// Takes over what is logged while it lives.
class Logged {
 public:
  Logged() : before_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_));
    logger->set_pattern("%v");
    spdlog::set_default_logger(logger);
  }
  ~Logged() { spdlog::set_default_logger(before_); }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;

  std::string text() const { return lines_.str(); }  // once nobody logs any more

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream lines_;
};

// A segment without its bytes: "cam-7@2s" and so on.
struct Published {
  std::string stream;
  std::int64_t sequence = 0;
  Interval interval;
  bool operator==(const Published&) const = default;
};

inline void PrintTo(const Published& published, std::ostream* out) {
  *out << published.stream << " " << published.sequence << " " << to_string(published.interval);
}

// What several sinks were given. Thread-safe.
class Cluster {
 public:
  std::unique_ptr<SegmentSink> sink() { return std::make_unique<Sink>(*this); }

  // Called for each segment before it counts as published; false: the brokers never acknowledge it.
  std::function<bool(const Segment&, const std::stop_token& give_up)> on_publish;

  std::vector<Published> all() const {
    const std::scoped_lock lock(mutex_);
    return published_;
  }
  bool await(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60),
                             [&] { return published_.size() >= count; });
  }

 private:
  class Sink final : public SegmentSink {
   public:
    explicit Sink(Cluster& cluster) : cluster_(cluster) {}
    Result<void> publish(Segment segment, const std::stop_token& give_up) override {
      if (cluster_.on_publish && !cluster_.on_publish(segment, give_up)) {
        return fail(ErrorCode::kUnavailable, "not acknowledged", true);
      }
      const std::scoped_lock lock(cluster_.mutex_);
      cluster_.published_.push_back(
          {segment.stream.value, segment.sequence, {segment.start, segment.end()}});
      cluster_.changed_.notify_all();
      return {};
    }

   private:
    Cluster& cluster_;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Published> published_;
};

// Returns once `stop` was requested.
inline void await(const std::stop_token& stop) {
  while (machine_clock().wait_for(std::chrono::hours(1), stop)) {
  }
}

}  // namespace staydown::ingest
