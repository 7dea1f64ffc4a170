// The parts of the configuration that are about a cluster.
#pragma once

#include <string>

#include "core/result.h"
#include "kafka/client.h"
#include "service/config.h"
#include "service/config_section.h"

namespace staydown::service {

void read_kafka(Section section, KafkaConfig& kafka);
void read_worker(Section section, WorkerConfig& worker);
void read_fetch(Section section, fetch::FetchRules& fetch);

std::string cluster_yaml(const KafkaConfig& kafka, const WorkerConfig& worker,
                         const fetch::FetchRules& fetch);

}  // namespace staydown::service
