// The built binary on a real broker, with topics of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/segment.h"
#include "kafka/producer.h"
#include "service/config.h"
#include "support/child_process.h"
#include "support/synthetic_video.h"
#include "support/test_broker.h"
#include "support/test_folder.h"

namespace staydown::cluster {

using support::Part;

inline constexpr std::uint64_t kReferenceSeed = 7, kBackgroundSeed = 100;

// A folder with a bank that knows a reference of 20 s as "attack", and topics, on one of which it
// is too.
class Cluster : public testing::Test {
 protected:
  explicit Cluster(std::string brokers = support::shared_broker());
  ~Cluster() override;

  std::string path(const std::string& name) const { return folder_ / name; }
  void make_topics(int partitions);

  // A file that names these topics; `more` goes at its end.
  std::string configuration(const std::string& name, const std::string& more = {}) const;
  // `staydown reference` on this cluster.
  support::Finished reference(std::vector<std::string> arguments) const;

  // `staydown worker` on these topics; `more` goes at the end of its configuration.
  std::vector<std::string> worker(const std::string& instance, const std::string& more = {},
                                  int threads = 1);
  std::unique_ptr<support::ChildProcess> start_worker(const std::string& instance,
                                                      const std::string& more = {},
                                                      int threads = 1);

  // A stream as ingest would cut it: 2 s segments, keyframes 2 s apart.
  static std::vector<Segment> stream(const std::string& id, std::vector<Part> parts);
  // Background with one copy of part of the reference, then enough background to close its case.
  static std::vector<Segment> stream_with_copy(const std::string& id, std::uint64_t background);

  void publish(const Segment& segment);
  void publish(const std::vector<Segment>& segments);
  // As it is, to the segment topic; without a partition, to that of its key.
  void send(Message message, std::optional<std::int32_t> partition = {});
  void flush();
  static Message message_of(const Segment& segment);

  // Events so far, by id; and until there are `count` of them, at most `patience`.
  std::map<std::string, nlohmann::json> events() const;
  std::map<std::string, nlohmann::json> await_events(
      std::size_t count, std::chrono::seconds patience = std::chrono::seconds(90)) const;
  std::vector<kafka::Record> await_dead_letters(
      std::size_t count, std::chrono::seconds patience = std::chrono::seconds(90)) const;

  const std::string brokers_;
  service::TopicNames topics_;

 private:
  const support::TestFolder folder_;
  std::unique_ptr<kafka::Producer> producer_;
};

// What must not depend on who worked on what, and when.
nlohmann::json decision_of(nlohmann::json event);

}  // namespace staydown::cluster
