// What a cluster says of its topics and brokers. Private to this folder.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "kafka/handles.h"

namespace staydown::kafka {

// How many partitions the topic has. kNotFound: there is none of that name; kUnavailable: no broker
// answered in time, or a stop was requested.
Result<int> count_partitions(rd_kafka_t& client, const std::string& topic,
                             std::chrono::milliseconds patience, const std::stop_token& stop);

// How many brokers the cluster has now.
Result<int> count_brokers(rd_kafka_t& client, std::chrono::milliseconds patience,
                          const std::stop_token& stop);

}  // namespace staydown::kafka
