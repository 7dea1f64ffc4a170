#include "cli/worker_command.h"

#include <iostream>
#include <memory>
#include <optional>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "cli/model_options.h"
#include "cli/signals.h"
#include "service/worker.h"

namespace staydown::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  staydown worker --brokers kafka:9092 --bank bank.db
  staydown worker --config staydown.yaml --threads 4 --listen :9464

Reads segments from the topic staydown.segments and publishes takedown events to staydown.takedowns (docs/kafka.md).
The references are those of the topic staydown.references: `staydown reference add VIDEO --brokers kafka:9092`.
Any number of workers share the work; one that is killed is replaced by the others. /metrics, /healthz and /readyz are
served on --listen. SIGTERM finishes what is in work and ends within 10 s; where brokers do not answer, with exit code 1. While it
reads references or loads the index nothing is in work yet, and it ends within 3 s.

Exit codes: 0 after SIGTERM or SIGINT, 1 error, 2 usage.)";

// SIGTERM is answered within 10 s. Until it has joined the group a worker has nothing in work, and
// its cache of the references is whole at any moment.
constexpr EndInTime::Patience kPatience{.idle = std::chrono::seconds(3),
                                        .working = std::chrono::seconds(9)};

struct WorkerOptions {
  ClusterOptions cluster;
  std::string bank;
  std::string group, instance, listen, model;  // empty: as the configuration says
  std::optional<int> threads;
  bool observe = false;
};

Result<service::Config> configuration(const WorkerOptions& options) {
  auto config = configuration(options.cluster);
  if (!config) return config;
  const auto override_with = [](const std::string& given, std::string& value) {
    if (!given.empty()) value = given;
  };
  override_with(options.group, config->kafka.group);
  override_with(options.instance, config->kafka.instance);
  override_with(options.listen, config->worker.listen);
  override_with(options.model, config->model.manifest);
  if (options.threads) config->worker.threads = *options.threads;
  if (options.observe) config->policy.observe = true;
  return config;
}

Result<void> run_worker(const WorkerOptions& options) {
  const auto config = configuration(options);
  if (!config) return tl::unexpected(config.error());
  const auto stop = stop_on_signals();
  EndInTime end(stop, kPatience);
  return service::run_worker(*config, options.bank, stop, [&] { end.work_begins(); });
}

}  // namespace

void add_worker_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<WorkerOptions>();
  auto* command = app.add_subcommand("worker", "Watch the streams of a Kafka cluster");
  command->footer(kExamples);
  add_cluster_options(*command, options->cluster);
  command
      ->add_option("--bank", options->bank,
                   "Where to keep the cluster's references; made if missing")
      ->envname("STAYDOWN_BANK")
      ->default_val("bank.db");
  add_model_flag(*command, options->model);
  command->add_option("--group", options->group, "Consumer group that the workers share");
  command->add_option(
      "--instance", options->instance,
      "Name of this worker in the group, the same after a restart; default: host name");
  command->add_option("--threads", options->threads, "Threads; default: one for each CPU")
      ->check(CLI::Range(0, 1024));
  command->add_option("--listen", options->listen, "Where to serve metrics and health: host:port");
  command->add_flag("--observe", options->observe, "Publish every verdict as what would have been");
  command->callback([options, &exit_code] {
    const auto done = run_worker(*options);
    if (done) return;
    exit_code = report(done.error());
  });
}

}  // namespace staydown::cli
