#include "service/cluster_topics.h"

#include <algorithm>

namespace staydown::service {
namespace {

// A segment of 10 s at 6 Mbps, with room; larger ones go by reference.
constexpr const char* kLargestSegment = "16777216";

}  // namespace

std::vector<kafka::TopicSpec> topic_specs(const TopicNames& names, int partitions,
                                          int replication) {
  const int few = std::max(1, partitions / 8);
  return {
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
}

}  // namespace staydown::service
