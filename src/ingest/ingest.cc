#include "ingest/ingest.h"

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "ingest/cluster_watch.h"
#include "ingest/folder_watch.h"
#include "ingest/hook_server.h"
#include "ingest/pulled_input.h"
#include "ingest/recorded_files.h"
#include "ingest/segment_publisher.h"
#include "ingest/spool.h"
#include "ingest/status.h"
#include "service/cluster_client.h"
#include "service/host_name.h"
#include "service/http_server.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using service::log;
using service::LogLevel;

// Kubernetes is told to wait 10 s; the HTTP servers take up to 2 s of it.
constexpr auto kDrain = 6s;
constexpr std::size_t kFileThreads = 4;

// Asks to give up some time after `stop`.
class Deadline {
 public:
  explicit Deadline(const std::stop_token& stop) : on_stop_(stop, [this] { begin(); }) {}

  std::stop_token token() const { return give_up_.get_token(); }

 private:
  void begin() {
    thread_ = std::jthread([this](const std::stop_token& over) {
      if (machine_clock().wait_for(kDrain, over)) give_up_.request_stop();
    });
  }

  std::stop_source give_up_;
  std::jthread thread_;
  std::stop_callback<std::function<void()>> on_stop_;
};

Result<std::unique_ptr<service::HttpServer>> serve(const std::string& listen, Status& status) {
  if (listen.empty()) return std::unique_ptr<service::HttpServer>();
  const auto address = service::parse_address(listen);
  if (!address) return tl::unexpected(address.error());
  return service::HttpServer::start(
      *address,
      {.metrics = [&status] { return status.metrics.text(); },
       .health = [&status] { return status.health.health(std::chrono::steady_clock::now()); },
       .ready = [&status] { return status.health.readiness(); }});
}

// One for each thread that publishes.
class Sinks {
 public:
  Sinks(const IngestOptions& options, kafka::ClientOptions client, Status& status)
      : options_(options), client_(std::move(client)), status_(status) {}

  Result<std::unique_ptr<SegmentSink>> connect(const std::string& part) const {
    return SegmentPublisher::connect(client_,
                                     {.topic = options_.kafka.topics.segments,
                                      .source = "/staydown/ingest/" + service::host_name("host"),
                                      .spool = options_.spool},
                                     "brokers for " + part, status_);
  }

 private:
  const IngestOptions& options_;
  const kafka::ClientOptions client_;
  Status& status_;
};

// What is told of finished files: hooks of media servers, and a watched folder.
class FileInputs {
 public:
  static Result<std::unique_ptr<FileInputs>> start(const IngestOptions& options,
                                                   HookOptions hook_options, const Sinks& sinks,
                                                   Status& status, const std::stop_token& give_up) {
    std::vector<std::unique_ptr<SegmentSink>> connected;
    for (std::size_t i = 0; i < kFileThreads; ++i) {
      auto sink = sinks.connect(fmt::format("files {}", i));
      if (!sink) return tl::unexpected(std::move(sink.error()));
      connected.push_back(*std::move(sink));
    }
    RecordedFilesOptions how{.roots = options.roots, .account = options.account};
    if (!options.watch.empty()) how.roots.push_back(options.watch);
    std::unique_ptr<FileInputs> inputs(new FileInputs);
    inputs->files_ =
        std::make_unique<RecordedFiles>(std::move(connected), std::move(how), status, give_up);
    const auto take = [files = inputs->files_.get()](RecordedFile file) {
      return files->offer(std::move(file));
    };
    if (!options.hooks.empty()) {
      hook_options.take = take;
      hook_options.metrics = &status.metrics;
      auto hooks = HookServer::start(std::move(hook_options));
      if (!hooks) return tl::unexpected(std::move(hooks.error()));
      inputs->hooks_ = *std::move(hooks);
      log(LogLevel::kInfo, "hooks_listening", {{"port", inputs->hooks_->port()}});
    }
    if (!options.watch.empty()) {
      auto watch = FolderWatch::start(options.watch, take, status);
      if (!watch) return tl::unexpected(std::move(watch.error()));
      inputs->watch_ = *std::move(watch);
    }
    return inputs;
  }

  // What the folder has is taken, hooks are answered with 503 from here on, and then no more.
  void finish() {
    watch_.reset();
    files_->close();
    hooks_.reset();
    files_->finish();
  }

 private:
  FileInputs() = default;
  std::unique_ptr<RecordedFiles> files_;
  std::unique_ptr<FolderWatch> watch_;
  std::unique_ptr<HookServer> hooks_;
};

// Where hooks are listened for, and the token.
Result<HookOptions> hook_options_of(const IngestOptions& options) {
  if (options.hooks.empty()) return HookOptions();
  const auto address = service::parse_address(options.hooks);
  if (!address) return tl::unexpected(address.error());
  auto token = service::read_secret("--hook-token", options.hook_token);
  if (!token) return tl::unexpected(std::move(token.error()));
  return HookOptions{.address = *address, .token = *std::move(token), .take = {}};
}

void wait_for(const std::stop_token& stop) {
  while (machine_clock().wait_for(24h, stop)) {
  }
}

}  // namespace

Result<void> run_ingest(const IngestOptions& options, const std::stop_token& stop) {
  auto client = service::client_options(options.kafka);
  if (!client) return tl::unexpected(std::move(client.error()));
  for (const auto& [input, stream] : options.inputs) {
    if (auto checked = check_input(input); !checked) return checked;
  }
  auto hook_options = hook_options_of(options);
  if (!hook_options) return tl::unexpected(std::move(hook_options.error()));
  Status status;
  const auto server = serve(options.listen, status);
  if (!server) return tl::unexpected(server.error());
  const auto& topics = options.kafka.topics;
  std::jthread keeper;
  if (!options.spool.empty()) {
    auto checked = check_spool_retention(*client, topics, options.spool_kept, stop);
    if (!checked) return checked;
    if (options.spool_kept.count() > 0) {
      keeper = std::jthread([&](const std::stop_token& over) {
        keep_spool_clean(options.spool, options.spool_kept, over);
      });
    }
  }
  const auto watch = ClusterWatch::start(*client, topics.segments, status);
  if (!watch) return tl::unexpected(watch.error());
  const std::stop_callback on_stop(stop, [&] {
    status.health.stopping();
    keeper.request_stop();
    (*watch)->request_stop();
  });
  const Deadline deadline(stop);
  const auto give_up = deadline.token();

  const Sinks sinks(options, *client, status);
  std::unique_ptr<FileInputs> files;
  if (!options.hooks.empty() || !options.watch.empty()) {
    auto started = FileInputs::start(options, *std::move(hook_options), sinks, status, give_up);
    if (!started) return tl::unexpected(std::move(started.error()));
    files = *std::move(started);
  }
  std::vector<std::unique_ptr<SegmentSink>> connected;
  for (const auto& [input, stream] : options.inputs) {
    auto sink = sinks.connect(stream.value);
    if (!sink) return tl::unexpected(std::move(sink.error()));
    connected.push_back(*std::move(sink));
  }
  log(LogLevel::kInfo, "ingest_started",
      {{"inputs", options.inputs.size()},
       {"topic", topics.segments},
       {"port", *server ? (*server)->port() : 0}});
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < options.inputs.size(); ++i) {
      threads.emplace_back([&, i] {
        PulledInput({.input = options.inputs[i].input,
                     .stream = options.inputs[i].stream,
                     .account = options.account,
                     .realtime = options.realtime,
                     .reconnect = options.reconnect,
                     .slot = i},
                    *connected[i], status)
            .run(stop, give_up);
      });
    }
    if (files) {
      wait_for(stop);
      files->finish();
    }
  }
  const auto [published, lost] = status.ledger.totals();
  log(LogLevel::kInfo, "ingest_done", {{"segments", published}, {"lost", lost}});
  if (lost == 0) return {};
  return fail(ErrorCode::kIo, "part of the media was lost; the log says what and why");
}

}  // namespace staydown::ingest
