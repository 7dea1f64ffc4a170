// The topics that Staydown needs, with the settings that they need.
#pragma once

#include <vector>

#include "kafka/topics.h"
#include "service/config.h"

namespace staydown::service {

// In the order of TopicNames. Segments and states get `partitions`, references and workers one,
// the others one in eight of them. `replication`: -1 for the broker's default.
std::vector<kafka::TopicSpec> topic_specs(const TopicNames& names, int partitions, int replication);

}  // namespace staydown::service
