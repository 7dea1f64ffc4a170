// The real broker of scripts/kafka.sh, from a test's side.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kafka/client.h"
#include "kafka/record.h"
#include "support/test_folder.h"

namespace staydown::support {

// host:port of the broker that all tests share (ctest's fixture `kafka`); throws if none runs.
std::string shared_broker();

// Options with just these brokers.
kafka::ClientOptions clients_of(const std::string& brokers);

// Creates a topic of a name that no other test has and gives that name.
std::string make_topic(const std::string& brokers, const std::string& hint, int partitions,
                       const std::map<std::string, std::string>& settings = {});

// Everything in the topic now, by partition, then offset.
std::vector<kafka::Record> read_all(const std::string& brokers, const std::string& topic);

// Gives every record, those that come later too, until `enough` says so or `patience` has passed.
void read_until(const std::string& brokers, const std::string& topic,
                std::chrono::milliseconds patience,
                const std::function<bool(kafka::Record)>& enough);

// A broker of one test's own, for tests that stop it; at most one a test.
class OwnBroker {
 public:
  OwnBroker();
  ~OwnBroker();
  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;

  const std::string& brokers() const { return brokers_; }
  void stop();   // keeps its data and port
  void start();  // again
  int pid() const;

 private:
  std::string folder() const { return folder_ / "kafka"; }

  const TestFolder folder_{"broker"};
  std::string brokers_;
};

}  // namespace staydown::support
