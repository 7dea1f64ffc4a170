#include "ingest/cluster_watch.h"

#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "kafka/topics.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 1500ms;  // so that the end is not held up by it
constexpr auto kEvery = 5s, kEveryWhileAway = 1s;

}  // namespace

class ClusterWatch::Impl {
 public:
  explicit Impl(Status& status)
      : status_(status), part_(status.health, "cluster", "the brokers have not answered yet") {
    status_.metrics.set(service::Level::kBrokersUp, 1);
  }

  Result<void> start(kafka::ClientOptions client, std::string topic) {
    client.notice = [this](const kafka::Notice& notice) { note(notice); };
    auto topics = kafka::Topics::connect(client);
    if (!topics) return tl::unexpected(std::move(topics.error()));
    topics_ = *std::move(topics);
    thread_ = std::jthread(
        [this, topic = std::move(topic)](const std::stop_token& stop) { run(topic, stop); });
    return {};
  }

  void request_stop() { thread_.request_stop(); }

 private:
  void run(const std::string& topic, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      part_.alive();
      const auto found = topics_->partitions(topic, kPatience);
      const bool away = !found && found.error().code == ErrorCode::kUnavailable;
      status_.metrics.set(service::Level::kBrokersUp, away ? 0 : 1);
      part_.problem(found ? "" : away ? "no broker answers" : found.error().message);
      machine_clock().wait_for(found ? kEvery : kEveryWhileAway, stop);
    }
    part_.waits();
  }

  // Tells once what is said again and again, e.g. that the password is wrong.
  void note(const kafka::Notice& notice) {
    if (notice.severity == kafka::Severity::kInfo) return;
    const std::scoped_lock lock(mutex_);
    if (std::exchange(told_, notice.text) == notice.text) return;
    service::log(service::LogLevel::kWarning, "kafka", {{"message", notice.text}});
  }

  Status& status_;
  IngestHealth::Part part_;
  std::mutex mutex_;
  std::string told_;  // guarded by mutex_
  std::unique_ptr<kafka::Topics> topics_;
  std::jthread thread_;
};

ClusterWatch::ClusterWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClusterWatch::~ClusterWatch() = default;
void ClusterWatch::request_stop() { impl_->request_stop(); }

Result<std::unique_ptr<ClusterWatch>> ClusterWatch::start(kafka::ClientOptions client,
                                                          std::string topic, Status& status) {
  auto impl = std::make_unique<Impl>(status);
  if (auto started = impl->start(std::move(client), std::move(topic)); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<ClusterWatch>(new ClusterWatch(std::move(impl)));
}

}  // namespace staydown::ingest
