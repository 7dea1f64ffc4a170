#include "cli/deadletters_command.h"

#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "service/dead_letters.h"

namespace staydown::cli {
namespace {

struct DeadLetterOptions {
  ClusterOptions cluster;
  std::vector<std::string> reasons;
  std::string stream, since, at;
  bool all = false;
};

Result<service::DeadLetterFilter> filter_of(const DeadLetterOptions& options) {
  service::DeadLetterFilter filter;
  filter.reasons.insert(options.reasons.begin(), options.reasons.end());
  if (!options.stream.empty()) filter.stream = options.stream;
  if (!options.since.empty()) {
    filter.since = from_rfc3339(options.since);
    if (!filter.since) {
      return fail(ErrorCode::kInvalidArgument,
                  options.since + ": not a time; write it as 2026-11-21T23:16:00Z");
    }
  }
  if (!options.at.empty()) {
    std::pair<std::int32_t, std::int64_t> at;
    const auto* end = options.at.data() + options.at.size();
    const auto partition = std::from_chars(options.at.data(), end, at.first);
    const bool colon = partition.ec == std::errc() && partition.ptr != end && *partition.ptr == ':';
    if (!colon || std::from_chars(partition.ptr + 1, end, at.second).ptr != end) {
      return fail(ErrorCode::kInvalidArgument,
                  options.at + ": not a place; write partition:offset");
    }
    filter.at = at;
  }
  return filter;
}

Result<void> list(const DeadLetterOptions& options) {
  const auto cluster = access_to(options.cluster);
  if (!cluster) return tl::unexpected(cluster.error());
  const auto filter = filter_of(options);
  if (!filter) return tl::unexpected(filter.error());
  return service::read_dead_letters(
      cluster->client, cluster->config.kafka.topics, *filter,
      [](const kafka::Record& record, const event::DeadLetter& letter) -> Result<void> {
        const nlohmann::ordered_json line = {
            {"at", std::to_string(record.partition) + ":" + std::to_string(record.offset)},
            {"time", to_rfc3339(letter.time)},
            {"stream", record.message.key},
            {"reason", letter.reason},
            {"message", letter.message},
            {"origin",
             {{"topic", letter.topic}, {"partition", letter.partition}, {"offset", letter.offset}}},
            {"bytes", record.message.value ? record.message.value->size() : 0},
            {"value_omitted", letter.value_omitted}};
        std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
        return {};
      });
}

Result<void> replay(const DeadLetterOptions& options) {
  const bool narrowed = !options.reasons.empty() || !options.stream.empty() ||
                        !options.since.empty() || !options.at.empty();
  if (!narrowed && !options.all) {
    return fail(ErrorCode::kInvalidArgument,
                "replay needs --reason, --stream, --since or --at, or --all for everything");
  }
  const auto cluster = access_to(options.cluster);
  if (!cluster) return tl::unexpected(cluster.error());
  const auto filter = filter_of(options);
  if (!filter) return tl::unexpected(filter.error());
  const auto replayed =
      service::replay_dead_letters(cluster->client, cluster->config.kafka.topics, *filter);
  if (!replayed) return tl::unexpected(replayed.error());
  std::cout << replayed->segments << " segments put back";
  if (replayed->gone > 0) std::cout << ", " << replayed->gone << " no longer at their origin";
  std::cout << '\n';
  return {};
}

void add_filter(CLI::App& command, DeadLetterOptions& options) {
  add_cluster_options(command, options.cluster);
  command.add_option("--reason", options.reasons, "Only these reasons, e.g. unsupported_codec");
  command.add_option("--stream", options.stream, "Only of this stream");
  command.add_option("--since", options.since, "Only from this time on, e.g. 2026-11-21T23:16:00Z");
  command.add_option("--at", options.at, "Only the one at partition:offset of the topic");
}

}  // namespace

void add_deadletters_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DeadLetterOptions>();
  auto* command = app.add_subcommand("deadletters", "Segments of a cluster that could not be used");
  command->require_subcommand(1);
  const auto run = [options, &exit_code](Result<void> (*action)(const DeadLetterOptions&)) {
    return [options, &exit_code, action] {
      const auto done = action(*options);
      if (done) return;
      exit_code = report(done.error());
    };
  };
  auto* list_command = command->add_subcommand("list", "Show them, one JSON object a line");
  list_command->footer(
      "Example: staydown deadletters list --brokers kafka:9092 --reason malformed");
  add_filter(*list_command, *options);
  list_command->callback(run(list));
  auto* replay_command = command->add_subcommand(
      "replay", "Put them back; each is watched by itself, as stream <id>+late");
  replay_command->footer(
      "Example: staydown deadletters replay --brokers kafka:9092 --reason unsupported_codec");
  add_filter(*replay_command, *options);
  replay_command->add_flag("--all", options->all, "Everything that is there");
  replay_command->callback(run(replay));
}

}  // namespace staydown::cli
