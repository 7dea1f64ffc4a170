// Options of every subcommand that talks to a cluster.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "core/result.h"
#include "kafka/client.h"
#include "service/config.h"

namespace staydown::cli {

struct ClusterOptions {
  std::string config, brokers;  // empty: defaults, or as the configuration says
};

void add_cluster_options(CLI::App& command, ClusterOptions& options);

// The configuration with the brokers that were given.
Result<service::Config> configuration(const ClusterOptions& options);

// The same, and how its clients connect.
struct ClusterAccess {
  service::Config config;
  kafka::ClientOptions client;
};
Result<ClusterAccess> access_to(const ClusterOptions& options);

}  // namespace staydown::cli
