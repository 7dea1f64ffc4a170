// Topics as such: what there is, and making them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"

namespace staydown::kafka {

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication = -1;                         // -1: the broker's default
  std::map<std::string, std::string> settings;  // e.g. cleanup.policy
};

// Not thread-safe; a connection of its own.
class Topics {
 public:
  static Result<std::unique_ptr<Topics>> connect(const ClientOptions& options);
  ~Topics();

  // How many brokers the cluster has now.
  Result<int> brokers(std::chrono::milliseconds timeout);

  // How many partitions the topic has. kNotFound: there is none of that name; kUnavailable: no
  // broker answered in time.
  Result<int> partitions(const std::string& topic, std::chrono::milliseconds timeout);

  // The topic's settings as they are in force, e.g. retention.ms.
  Result<std::map<std::string, std::string>> settings(const std::string& topic,
                                                      std::chrono::milliseconds timeout);

  // kAlreadyExists if it is there. Returns once the cluster knows it.
  Result<void> create(const TopicSpec& topic, std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit Topics(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::kafka
