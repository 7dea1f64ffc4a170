// From the configuration to what connections to a cluster are made with.
#pragma once

#include <string>

#include "core/result.h"
#include "kafka/client.h"
#include "service/config.h"

namespace staydown::service {

// Brokers, properties, and the secrets, which are read now. An error names the key and where the
// secret should be, never its value.
Result<kafka::ClientOptions> client_options(const KafkaConfig& kafka);

// What stands in "file:PATH" or "env:NAME", without line ends; never empty (kInvalidArgument).
// `key` is what messages call it.
Result<std::string> read_secret(const std::string& key, const std::string& where);

}  // namespace staydown::service
