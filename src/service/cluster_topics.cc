#include "service/cluster_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>

namespace staydown::service {
namespace {

// A segment of 10 s at 6 Mbps, with room; larger ones go by reference.
constexpr const char* kLargestSegment = "16777216";

// "delete,compact" and "compact,delete" are the same policy.
std::string sorted_list(const std::string& list) {
  std::set<std::string> values;
  std::istringstream stream(list);
  for (std::string value; std::getline(stream, value, ',');) values.insert(value);
  return fmt::format("{}", fmt::join(values, ","));
}

}  // namespace

std::vector<kafka::TopicSpec> topic_specs(const TopicNames& names, int partitions,
                                          int replication) {
  const int few = std::max(1, partitions / 8);
  std::vector<kafka::TopicSpec> specs = {
      {.name = names.segments,
       .partitions = partitions,
       .replication = replication,
       .settings = {{"cleanup.policy", "delete"},
                    {"retention.ms", "21600000"},  // 6 h
                    {"max.message.bytes", kLargestSegment}}},
      // Small files that are compacted soon, so that a takeover reads little more than what counts.
      {.name = names.state,
       .partitions = partitions,
       .replication = replication,
       .settings = {{"cleanup.policy", "compact"},
                    {"segment.bytes", "16777216"},
                    {"segment.ms", "600000"},
                    {"min.cleanable.dirty.ratio", "0.1"},
                    {"delete.retention.ms", "3600000"}}},
      {.name = names.takedowns,
       .partitions = few,
       .replication = replication,
       .settings = {{"cleanup.policy", "delete"}, {"retention.ms", "2592000000"}}},  // 30 days
      {.name = names.dead_letters,
       .partitions = few,
       .replication = replication,
       .settings = {{"cleanup.policy", "delete"},
                    {"retention.ms", "604800000"},  // 7 days
                    {"max.message.bytes", kLargestSegment}}},
      // One partition, so that all read one order; times are the broker's, so that propagation is
      // measured from its acknowledgement.
      {.name = names.references,
       .partitions = 1,
       .replication = replication,
       .settings = {{"cleanup.policy", "compact"},
                    {"message.timestamp.type", "LogAppendTime"},
                    {"segment.ms", "86400000"},
                    {"delete.retention.ms", "604800000"}}},  // 7 days
      {.name = names.workers,
       .partitions = 1,
       .replication = replication,
       .settings = {{"cleanup.policy", "compact,delete"},
                    {"segment.ms", "600000"},
                    {"min.cleanable.dirty.ratio", "0.1"},
                    {"delete.retention.ms", "3600000"},
                    {"retention.ms", "86400000"}}}};  // 1 day
  if (replication >= 3) {
    for (auto& spec : specs) spec.settings["min.insync.replicas"] = "2";
  }
  return specs;
}

std::vector<std::string> unfit(const TopicNames& names, const kafka::TopicSpec& wanted,
                               int partitions, const std::map<std::string, std::string>& settings) {
  std::vector<std::string> differences;
  const auto hold = [&](std::string_view what, const std::string& is, const std::string& should) {
    if (is != should) differences.push_back(fmt::format("{} is {}, not {}", what, is, should));
  };
  if (wanted.name != names.takedowns && wanted.name != names.dead_letters) {
    hold("the number of partitions", std::to_string(partitions), std::to_string(wanted.partitions));
  }
  for (const char* name : {"cleanup.policy", "message.timestamp.type"}) {
    const auto should = wanted.settings.find(name);
    const auto is = settings.find(name);
    if (should == wanted.settings.end() || is == settings.end()) continue;
    hold(name, sorted_list(is->second), sorted_list(should->second));
  }
  return differences;
}

}  // namespace staydown::service
