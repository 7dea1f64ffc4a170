#include "kafka/topics.h"

#include <fmt/format.h>

#include <array>
#include <thread>
#include <utility>

#include "kafka/asking.h"
#include "kafka/handles.h"
#include "kafka/metadata.h"

namespace staydown::kafka {
namespace {

using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using AdminOptionsPtr =
    std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;
using ResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;

}  // namespace

class Topics::Impl {
 public:
  Result<void> connect(const ClientOptions& options) {
    auto conf = make_conf(options, {{"reconnect.backoff.max.ms", "2000"}}, context_);
    if (!conf) return tl::unexpected(std::move(conf.error()));
    auto client = make_client(RD_KAFKA_PRODUCER, *std::move(conf));
    if (!client) return tl::unexpected(std::move(client.error()));
    client_ = *std::move(client);
    stop_ = options.stop;
    return {};
  }

  Result<int> brokers(std::chrono::milliseconds timeout) {
    return count_brokers(*client_, timeout, stop_);
  }

  Result<int> partitions(const std::string& topic, std::chrono::milliseconds timeout) {
    return count_partitions(*client_, topic, timeout, stop_);
  }

  Result<std::map<std::string, std::string>> settings(const std::string& topic,
                                                      std::chrono::milliseconds timeout) {
    const auto doing = fmt::format("topic {}: cannot read its settings", topic);
    const ResourcePtr resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    const auto options = admin_options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
    const QueuePtr queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_ConfigResource_t* resources[] = {resource.get()};
    rd_kafka_DescribeConfigs(client_.get(), resources, 1, options.get(), queue.get());
    const auto event = answer(*queue, timeout, doing);
    if (!event) return tl::unexpected(event.error());
    std::size_t count = 0;
    const auto* const* results = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event->get()), &count);
    if (const auto code = rd_kafka_ConfigResource_error(results[0])) {
      return tl::unexpected(error_of(code, doing));
    }
    const auto* const* entries = rd_kafka_ConfigResource_configs(results[0], &count);
    std::map<std::string, std::string> settings;
    for (std::size_t i = 0; i < count; ++i) {
      const auto* value = rd_kafka_ConfigEntry_value(entries[i]);
      settings[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
    }
    return settings;
  }

  Result<void> create(const TopicSpec& spec, std::chrono::milliseconds timeout) {
    const auto doing = fmt::format("topic {}: cannot create it", spec.name);
    std::array<char, 512> reason{};
    const NewTopicPtr topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions,
                                                  spec.replication, reason.data(), reason.size()));
    if (!topic)
      return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", doing, reason.data()));
    for (const auto& [key, value] : spec.settings) {
      rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
    }
    const auto options = admin_options(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), static_cast<int>(timeout.count()),
                                                reason.data(), reason.size());
    const QueuePtr queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(client_.get(), topics, 1, options.get(), queue.get());
    const auto event = answer(*queue, timeout, doing);
    if (!event) return tl::unexpected(event.error());
    std::size_t count = 0;
    const auto* results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event->get()), &count);
    if (const auto code = rd_kafka_topic_result_error(results[0])) {
      auto error = error_of(code, doing);
      if (const auto* why = rd_kafka_topic_result_error_string(results[0])) {
        error.message += fmt::format(": {}", why);
      }
      return tl::unexpected(std::move(error));
    }
    return await_topic(spec.name, timeout);
  }

 private:
  // The controller answers before the brokers have heard of what it has made.
  Result<void> await_topic(const std::string& topic, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
      const auto found = partitions(topic, timeout);
      if (found || found.error().code != ErrorCode::kNotFound) return {};
      if (std::chrono::steady_clock::now() >= deadline) return tl::unexpected(found.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  AdminOptionsPtr admin_options(rd_kafka_admin_op_t operation, std::chrono::milliseconds timeout) {
    AdminOptionsPtr options(rd_kafka_AdminOptions_new(client_.get(), operation));
    std::array<char, 512> reason{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout.count()),
                                              reason.data(), reason.size());
    return options;
  }

  Result<EventPtr> answer(rd_kafka_queue_t& queue, std::chrono::milliseconds timeout,
                          const std::string& doing) const {
    EventPtr event;
    (void)ask_for(timeout + std::chrono::seconds(1), stop_, [&](int slice) {
      event.reset(rd_kafka_queue_poll(&queue, slice));
      return event ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__TIMED_OUT;
    });
    if (!event) return fail(ErrorCode::kUnavailable, doing + ": no broker answered", true);
    if (const auto code = rd_kafka_event_error(event.get())) {
      return tl::unexpected(error_of(code, doing));
    }
    return event;
  }

  ClientContext context_;  // outlives the client
  std::stop_token stop_;
  ClientPtr client_;
};

Topics::Topics(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Topics::~Topics() = default;

Result<std::unique_ptr<Topics>> Topics::connect(const ClientOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (auto done = impl->connect(options); !done) return tl::unexpected(std::move(done.error()));
  return std::unique_ptr<Topics>(new Topics(std::move(impl)));
}

Result<int> Topics::brokers(std::chrono::milliseconds timeout) { return impl_->brokers(timeout); }
Result<int> Topics::partitions(const std::string& topic, std::chrono::milliseconds timeout) {
  return impl_->partitions(topic, timeout);
}
Result<std::map<std::string, std::string>> Topics::settings(const std::string& topic,
                                                            std::chrono::milliseconds timeout) {
  return impl_->settings(topic, timeout);
}
Result<void> Topics::create(const TopicSpec& topic, std::chrono::milliseconds timeout) {
  return impl_->create(topic, timeout);
}

}  // namespace staydown::kafka
