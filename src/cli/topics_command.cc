#include "cli/topics_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "service/cluster_topics.h"

namespace staydown::cli {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

struct TopicsOptions {
  ClusterOptions cluster;
  int partitions = 64;
  std::optional<int> replication;
};

Result<std::vector<std::string>> unfit(kafka::Topics& topics, const service::TopicNames& names,
                                       const kafka::TopicSpec& spec) {
  const auto partitions = topics.partitions(spec.name, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  const auto settings = topics.settings(spec.name, kPatience);
  if (!settings) return tl::unexpected(settings.error());
  return service::unfit(names, spec, *partitions, *settings);
}

// So many copies as outlive the loss of a broker, where there are that many brokers. The brokers'
// own default would not do: whether it needs min.insync.replicas cannot be seen before the topic.
Result<int> replication_of(const TopicsOptions& options, kafka::Topics& topics) {
  if (options.replication) return *options.replication;
  return topics.brokers(kPatience).map([](int brokers) { return std::clamp(brokers, 1, 3); });
}

std::string counted(int number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

Result<void> create(const TopicsOptions& options) {
  const auto cluster = access_to(options.cluster);
  if (!cluster) return tl::unexpected(cluster.error());
  auto topics = kafka::Topics::connect(cluster->client);
  if (!topics) return tl::unexpected(std::move(topics.error()));
  const auto replication = replication_of(options, **topics);
  if (!replication) return tl::unexpected(replication.error());
  std::vector<std::string> problems;
  for (const auto& spec :
       service::topic_specs(cluster->config.kafka.topics, options.partitions, *replication)) {
    const auto created = (*topics)->create(spec, kPatience);
    if (created) {
      std::cout << fmt::format("{}: created, {}, {}\n", spec.name,
                               counted(spec.partitions, "partition", "partitions"),
                               counted(*replication, "copy", "copies"));
      continue;
    }
    if (created.error().code != ErrorCode::kAlreadyExists) return created;
    const auto differences = unfit(**topics, cluster->config.kafka.topics, spec);
    if (!differences) return tl::unexpected(differences.error());
    std::cout << spec.name << ": there already, left as it is\n";
    for (const auto& one : *differences) problems.push_back(spec.name + ": " + one);
  }
  if (problems.empty()) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("topics that are there do not fit; alter them, delete those that hold "
                          "nothing yet, or give the --partitions that they have:\n  {}",
                          fmt::join(problems, "\n  ")));
}

}  // namespace

void add_topics_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TopicsOptions>();
  auto* command = app.add_subcommand("topics", "Make the topics that a cluster needs");
  command->require_subcommand(1);
  auto* create_command =
      command->add_subcommand("create", "Create those that are missing, with their settings");
  create_command->footer(
      "Example: staydown topics create --brokers kafka:9092 --partitions 64 --replication 3\n"
      "A stream stays in one partition, and a partition in one worker thread: give several for "
      "each thread\nthat there will ever be. With --replication 3 or more, two brokers must have a "
      "record before it counts\nas written. What the settings mean: docs/kafka.md.\n"
      "Exit codes: 0 all are there, 1 also if one that was there has other partitions, or settings "
      "by which it\nloses what it must keep; it is left as it is, and what differs is said.");
  add_cluster_options(*create_command, options->cluster);
  create_command
      ->add_option("--partitions", options->partitions, "Of the segment and the state topic")
      ->default_val(64)
      ->check(CLI::Range(1, 100'000));
  create_command
      ->add_option("--replication", options->replication,
                   "Copies; default: 3, or one for each broker")
      ->check(CLI::Range(1, 100));
  create_command->callback([options, &exit_code] {
    const auto created = create(*options);
    if (created) return;
    exit_code = report(created.error());
  });
}

}  // namespace staydown::cli
