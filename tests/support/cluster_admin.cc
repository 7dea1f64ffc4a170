#include "support/cluster_admin.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "core/deleter.h"

namespace staydown::support {
namespace {

constexpr int kTimeoutMs = 30'000;

using ClientPtr = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using DeletePtr = std::unique_ptr<rd_kafka_DeleteTopic_t, Deleter<rd_kafka_DeleteTopic_destroy>>;
using PartitionsPtr =
    std::unique_ptr<rd_kafka_NewPartitions_t, Deleter<rd_kafka_NewPartitions_destroy>>;
using ListPtr = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                Deleter<rd_kafka_topic_partition_list_destroy>>;
using BindingPtr = std::unique_ptr<rd_kafka_AclBinding_t, Deleter<rd_kafka_AclBinding_destroy>>;

ClientPtr connect(rd_kafka_type_t type, const std::string& brokers, const std::string& group) {
  std::array<char, 512> reason{};
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), reason.data(), reason.size());
  if (type == RD_KAFKA_CONSUMER) {
    rd_kafka_conf_set(conf, "group.id", group.c_str(), reason.data(), reason.size());
  }
  ClientPtr client(rd_kafka_new(type, conf, reason.data(), reason.size()));
  if (!client) throw std::runtime_error(reason.data());
  return client;
}

// Asks by `question` and gives the answer; throws where there is none.
EventPtr ask(const std::string& brokers,
             const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& question) {
  const auto client = connect(RD_KAFKA_PRODUCER, brokers, {});
  const QueuePtr queue(rd_kafka_queue_new(client.get()));
  question(client.get(), queue.get());
  EventPtr event(rd_kafka_queue_poll(queue.get(), kTimeoutMs));
  if (!event) throw std::runtime_error("the broker does not answer");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(rd_kafka_event_error_string(event.get()));
  }
  return event;
}

}  // namespace

void delete_topic(const std::string& brokers, const std::string& topic) {
  const DeletePtr which(rd_kafka_DeleteTopic_new(topic.c_str()));
  const auto event = ask(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopic_t* topics[] = {which.get()};
    rd_kafka_DeleteTopics(client, topics, 1, nullptr, queue);
  });
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  if (rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(rd_kafka_topic_result_error_string(results[0]));
  }
}

void add_partitions(const std::string& brokers, const std::string& topic, std::size_t partitions) {
  std::array<char, 512> reason{};
  const PartitionsPtr which(
      rd_kafka_NewPartitions_new(topic.c_str(), partitions, reason.data(), reason.size()));
  if (!which) throw std::runtime_error(reason.data());
  const auto event = ask(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_NewPartitions_t* topics[] = {which.get()};
    rd_kafka_CreatePartitions(client, topics, 1, nullptr, queue);
  });
  std::size_t count = 0;
  const auto* const* results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event.get()), &count);
  if (rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(rd_kafka_topic_result_error_string(results[0]));
  }
}

void deny_topic(const std::string& brokers, const std::string& topic) {
  std::array<char, 512> reason{};
  const BindingPtr binding(rd_kafka_AclBinding_new(
      RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:*", "*",
      RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_DENY, reason.data(), reason.size()));
  if (!binding) throw std::runtime_error(reason.data());
  const auto event = ask(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_AclBinding_t* bindings[] = {binding.get()};
    rd_kafka_CreateAcls(client, bindings, 1, nullptr, queue);
  });
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
  if (const auto* error = rd_kafka_acl_result_error(results[0])) {
    throw std::runtime_error(rd_kafka_error_string(error));
  }
}

void allow_topic(const std::string& brokers, const std::string& topic) {
  std::array<char, 512> reason{};
  const BindingPtr filter(rd_kafka_AclBindingFilter_new(
      RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, nullptr, nullptr,
      RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, reason.data(), reason.size()));
  if (!filter) throw std::runtime_error(reason.data());
  ask(brokers, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_AclBindingFilter_t* filters[] = {filter.get()};
    rd_kafka_DeleteAcls(client, filters, 1, nullptr, queue);
  });
}

std::vector<kafka::Position> committed(const std::string& brokers, const std::string& group,
                                       const std::string& topic, int partitions) {
  const auto client = connect(RD_KAFKA_CONSUMER, brokers, group);
  const ListPtr list(rd_kafka_topic_partition_list_new(partitions));
  rd_kafka_topic_partition_list_add_range(list.get(), topic.c_str(), 0, partitions - 1);
  // A broker that has just come back is not yet the group's coordinator.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMs);
  while (const auto code = rd_kafka_committed(client.get(), list.get(), kTimeoutMs)) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(rd_kafka_err2str(code));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::vector<kafka::Position> positions;
  for (int i = 0; i < list->cnt; ++i) {
    const auto& found = list->elems[i];
    const auto* note = static_cast<const char*>(found.metadata);
    positions.push_back({found.partition, std::max<std::int64_t>(found.offset, -1),
                         note == nullptr ? std::string() : std::string(note, found.metadata_size)});
  }
  return positions;
}

}  // namespace staydown::support
