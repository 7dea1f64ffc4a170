#include "service/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "kafka/topics.h"
#include "service/cluster_client.h"
#include "service/cpu_count.h"
#include "service/engine.h"
#include "service/group_firings.h"
#include "service/host_name.h"
#include "service/http_server.h"
#include "service/log.h"
#include "service/reference_follower.h"
#include "service/version.h"
#include "service/worker_health.h"
#include "service/worker_reports.h"
#include "service/worker_thread.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kBrokerPatience = 30s;

Result<int> partitions_of(kafka::Topics& topics, const char* key, const std::string& name) {
  auto partitions = topics.partitions(name, kBrokerPatience);
  if (partitions) return partitions;
  Error error = std::move(partitions.error());
  error.message = fmt::format(
      "kafka.topics.{}: {}{}", key, error.message,
      error.code == ErrorCode::kNotFound ? "; `staydown topics create` makes what is missing" : "");
  return tl::unexpected(std::move(error));
}

Result<void> check_topics(const kafka::ClientOptions& client, const TopicNames& names) {
  auto topics = kafka::Topics::connect(client);
  if (!topics) return tl::unexpected(std::move(topics.error()));
  const auto segments = partitions_of(**topics, "segments", names.segments);
  if (!segments) return tl::unexpected(segments.error());
  const auto state = partitions_of(**topics, "state", names.state);
  if (!state) return tl::unexpected(state.error());
  if (*segments != *state) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("kafka.topics.state: {} has {} partitions and {} has {}; a stream's state is "
                    "in the partition of its segments, so give them the same number",
                    names.state, *state, names.segments, *segments));
  }
  for (const auto& [key, name] :
       {std::pair("takedowns", names.takedowns), std::pair("dead_letters", names.dead_letters),
        std::pair("references", names.references), std::pair("workers", names.workers)}) {
    if (const auto there = partitions_of(**topics, key, name); !there) {
      return tl::unexpected(there.error());
    }
  }
  return {};
}

// Whether a worker of these models finds all that it could of a reference.
bool is_whole(const ReferenceTimeline& reference, const Models& models) {
  if (models.embedding.empty()) return !reference.entries.empty();
  return std::ranges::any_of(reference.entries, [](const ReferenceEntry& entry) {
    return kind_of(entry.value) == DescriptorKind::kEmbedding;
  });
}

void show_index(const index::IndexSnapshot& snapshot, const Models& models, Metrics& metrics) {
  metrics.set(Level::kIndexFrames, static_cast<double>(snapshot.entries()));
  metrics.set(Level::kIndexReferences, static_cast<double>(snapshot.references().size()));
  metrics.set(Level::kIndexVersion, static_cast<double>(snapshot.version()));
  const auto bare = std::ranges::count_if(snapshot.references(), [&](const auto& reference) {
    return !is_whole(*reference.second, models);
  });
  metrics.set(Level::kUnenforceable, static_cast<double>(bare));
}

// Of all that health and metrics tell apart: the threads of the group, then who follows the
// references and who the breaker.
std::vector<std::string> thread_names(std::size_t threads) {
  std::vector<std::string> names;
  for (std::size_t slot = 0; slot < threads; ++slot) names.push_back(fmt::format("{}", slot));
  names.insert(names.end(), {"references", "breaker"});
  return names;
}

// The first error of any thread; stops all of them.
class FirstError {
 public:
  explicit FirstError(std::stop_source stop) : stop_(std::move(stop)) {}

  void take(Error error) {
    const std::scoped_lock lock(mutex_);
    log(LogLevel::kError, "worker_failed", {{"message", error.message}});
    if (!error_) error_ = std::move(error);
    stop_.request_stop();
  }
  std::optional<Error> error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::stop_source stop_;
};

}  // namespace

Result<void> run_worker(const Config& config, const std::string& bank_path,
                        const std::stop_token& stop, const std::function<void()>& begins) {
  std::stop_source all;
  const std::stop_callback on_stop(stop, [&] { all.request_stop(); });
  const auto failed = [&](const Error& error) -> Result<void> {
    if (stop.stop_requested()) return {};  // nobody waits for brokers any more
    return tl::unexpected(error);
  };
  auto client = client_options(config.kafka);
  if (!client) return tl::unexpected(std::move(client.error()));
  client->stop = all.get_token();
  const auto address = parse_address(config.worker.listen);
  if (!address) return tl::unexpected(address.error());
  const auto threads =
      static_cast<std::size_t>(config.worker.threads > 0 ? config.worker.threads : cpu_count());

  const auto models = open_models(config, static_cast<int>(threads));
  if (!models) return tl::unexpected(models.error());

  Metrics metrics(kVersion, models->name());
  WorkerHealth health(thread_names(threads), metrics);
  const auto index = std::make_shared<index::ReferenceIndex>();
  const auto server = HttpServer::start(
      *address, {.metrics =
                     [&] {
                       show_index(*index->snapshot(), *models, metrics);
                       return metrics.text();
                     },
                 .health = [&] { return health.health(std::chrono::steady_clock::now()); },
                 .ready = [&] { return health.readiness(); }});
  if (!server) return tl::unexpected(server.error());
  if (auto checked = check_topics(*client, config.kafka.topics); !checked) {
    return failed(checked.error());
  }

  const auto instance = config.kafka.instance.empty() ? host_name("worker") : config.kafka.instance;
  const auto references =
      ReferenceFollower::start({.feed = {.client = *client,
                                         .topic = config.kafka.topics.references,
                                         .bank_path = bank_path,
                                         .clock = wall_clock},
                                .index = index,
                                .embedding_model = models->embedding,
                                .metrics = &metrics,
                                .health = &health,
                                .slot = threads});
  if (!references) return failed(references.error());
  const Engine engine = Engine::over(config, *models, index);
  const auto firings = GroupFirings::start({.client = *client,
                                            .topic = config.kafka.topics.takedowns,
                                            .now = wall_clock(),
                                            .policy = &engine.shared_policy(),
                                            .metrics = &metrics,
                                            .health = &health,
                                            .slot = threads + 1});
  if (!firings) return failed(firings.error());
  const auto reports = WorkerReports::start(*client, config.kafka.topics.workers, [&] {
    const auto snapshot = index->snapshot();
    const auto held_back = engine.policy().held_back(snapshot->references());
    metrics.set(Level::kBreakersOpen, static_cast<double>(held_back.size()));
    return event::WorkerReport{
        .instance = instance,
        .at = wall_clock(),
        .software = engine.versions().software,
        .model = models->name(),
        .references_version = (*references)->version(),
        .references = snapshot->references().size(),
        .frames = snapshot->entries(),
        .partitions = static_cast<std::uint64_t>(metrics.level(Level::kPartitions)),
        .lag = static_cast<std::uint64_t>(metrics.level(Level::kLag)),
        .ready = health.readiness().ok};
  });
  if (!reports) return tl::unexpected(reports.error());
  log(LogLevel::kInfo, "worker_started",
      {{"instance", instance},
       {"threads", threads},
       {"port", (*server)->port()},
       {"brokers", config.kafka.brokers}});
  FirstError first_error(all);
  begins();
  {
    std::vector<std::jthread> running;
    for (std::size_t slot = 0; slot < threads; ++slot) {
      running.emplace_back([&, slot] {
        WorkerThread thread({.config = &config,
                             .client = *client,
                             .instance = fmt::format("{}-{}", instance, slot),
                             .slot = slot,
                             .metrics = &metrics,
                             .health = &health,
                             .detector = engine.make_detector(),
                             .clock = wall_clock});
        if (auto ended = thread.run(all.get_token()); !ended) {
          first_error.take(std::move(ended.error()));
        }
      });
    }
  }
  if (auto error = first_error.error()) return tl::unexpected(*std::move(error));
  return {};
}

}  // namespace staydown::service
