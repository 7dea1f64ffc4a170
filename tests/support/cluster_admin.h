// What an operator does to a cluster, and Staydown never does itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kafka/record.h"

namespace staydown::support {

void delete_topic(const std::string& brokers, const std::string& topic);

// Gives the topic more partitions, `partitions` in all.
void add_partitions(const std::string& brokers, const std::string& topic, std::size_t partitions);

// Nobody may do anything with the topic, until it is allowed again. The test broker knows access
// control, and everybody is allowed what nothing is said about.
void deny_topic(const std::string& brokers, const std::string& topic);
void allow_topic(const std::string& brokers, const std::string& topic);

// What a group has committed for partitions 0 to `partitions` - 1 of a topic.
std::vector<kafka::Position> committed(const std::string& brokers, const std::string& group,
                                       const std::string& topic, int partitions);

}  // namespace staydown::support
