// The topics that Staydown needs, with the settings that they need.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kafka/topics.h"
#include "service/config.h"

namespace staydown::service {

// In the order of TopicNames. Segments and states get `partitions`, references and workers one,
// the others one in eight of them. From three copies on (`replication`) two must have a record
// before it counts as written, so that losing one broker loses nothing.
std::vector<kafka::TopicSpec> topic_specs(const TopicNames& names, int partitions, int replication);

// What a topic that is there must have as the spec says: without it states or references would be
// lost, or looked for in the wrong partition. Empty, or e.g. "cleanup.policy is delete, not
// compact"; what else differs (retention, sizes, partitions of events and dead letters) is the
// operator's choice.
std::vector<std::string> unfit(const TopicNames& names, const kafka::TopicSpec& wanted,
                               int partitions, const std::map<std::string, std::string>& settings);

}  // namespace staydown::service
