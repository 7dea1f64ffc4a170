#include "cli/cluster_options.h"

#include <utility>

#include "service/cluster_client.h"

namespace staydown::cli {

void add_cluster_options(CLI::App& command, ClusterOptions& options) {
  command.add_option("--brokers", options.brokers, "Brokers, host:port,host:port")
      ->envname("STAYDOWN_BROKERS");
  command.add_option("--config", options.config, "Configuration (see `staydown config show`)");
}

Result<service::Config> configuration(const ClusterOptions& options) {
  auto config = options.config.empty() ? service::Config{} : service::load_config(options.config);
  if (config && !options.brokers.empty()) config->kafka.brokers = options.brokers;
  return config;
}

Result<ClusterAccess> access_to(const ClusterOptions& options) {
  auto config = configuration(options);
  if (!config) return tl::unexpected(std::move(config.error()));
  auto client = service::client_options(config->kafka);
  if (!client) return tl::unexpected(std::move(client.error()));
  return ClusterAccess{*std::move(config), *std::move(client)};
}

}  // namespace staydown::cli
