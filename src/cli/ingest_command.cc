#include "cli/ingest_command.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "cli/scan_options.h"
#include "cli/signals.h"
#include "media/input_source.h"
#include "service/cluster_client.h"
#include "service/folder_watch.h"
#include "service/hook_server.h"
#include "service/log.h"
#include "service/recorded_files.h"
#include "service/segment_publisher.h"
#include "service/spool.h"

namespace staydown::cli {
namespace {

using service::log;
using service::LogLevel;

constexpr const char* kExamples = R"(Examples:
  staydown ingest rtmp://localhost/live/cam-7 --brokers kafka:9092 --account uploader-3
  staydown ingest --hooks 9465 --hook-token file:/run/secrets/hooks --root /var/rec --brokers kafka:9092
  staydown ingest --watch /var/rec --brokers kafka:9092
  staydown ingest a.mp4 b.ts --realtime --brokers kafka:9092
  ffmpeg -i input -c copy -f mpegts - | staydown ingest - --brokers kafka:9092 --stream-id cam-7

Cuts at keyframes, without transcoding, into segments of about 2 s. A segment that the topic does not take goes to a
file below --spool, which workers must see at the same path and have in fetch.roots; --spool-hours says how long it stays.

--hooks takes what SRS (on_hls), nginx-rtmp (on_record_done) and scripts/mediamtx-hook.sh send when a file is complete;
--watch takes files as they appear in a folder. How to configure the servers: docs/ingest.md.

Exit codes: 0 everything is on the cluster, 1 error (also: a segment was lost), 2 usage.)";

struct IngestOptions {
  ClusterOptions cluster;
  std::vector<std::string> inputs;
  std::string stream_id, account, spool;
  bool realtime = false;
  int reconnect_seconds = 60;
  int spool_hours = 0;
  std::string hooks, hook_token, watch;
  std::vector<std::string> roots;
};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "host";
}

struct Totals {
  std::atomic<std::size_t> published = 0, lost = 0;
};

// Numbers grow across restarts, so that a worker sees a new epoch and no repeats.
std::int64_t first_sequence() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void ingest(SegmentSource& source, service::SegmentPublisher& publisher, Totals& totals,
            const std::stop_token& stop) {
  const auto lose = [&](const StreamId& stream, const Error& error) {
    ++totals.lost;
    log(LogLevel::kWarning, "segment_lost",
        {{"stream", stream.value}, {"reason", name_of(error.code)}, {"message", error.message}});
  };
  const auto base = first_sequence();
  while (true) {
    auto next = source.next(stop);
    if (!next) {
      lose({}, next.error());
      continue;
    }
    if (!*next) return;
    Segment segment = **std::move(next);
    segment.sequence += base;
    const StreamId stream = segment.stream;
    const auto published = publisher.publish(std::move(segment), stop);
    if (published) {
      ++totals.published;
    } else {
      lose(stream, published.error());
      if (stop.stop_requested()) return;
    }
  }
}

WallTime wall_clock() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// What is told of finished files: hooks of media servers, and a watched folder.
class FileInputs {
 public:
  static Result<std::unique_ptr<FileInputs>> start(
      const IngestOptions& options, std::unique_ptr<service::SegmentPublisher> publisher) {
    std::unique_ptr<FileInputs> inputs(new FileInputs);
    std::vector<std::filesystem::path> roots(options.roots.begin(), options.roots.end());
    if (!options.watch.empty()) roots.emplace_back(options.watch);
    inputs->files_ = std::make_unique<service::RecordedFiles>(
        std::move(publisher),
        service::RecordedFilesOptions{
            .roots = std::move(roots), .account = AccountId(options.account), .clock = wall_clock});
    const auto take = [files = inputs->files_.get()](service::RecordedFile file) {
      return files->offer(std::move(file));
    };
    if (!options.watch.empty()) {
      auto watch = service::FolderWatch::start(options.watch, [take](service::RecordedFile file) {
        const auto name = file.path;
        if (const auto taken = take(std::move(file)); !taken) {
          log(LogLevel::kWarning, "file_refused",
              {{"file", name}, {"message", taken.error().message}});
        }
      });
      if (!watch) return tl::unexpected(std::move(watch.error()));
      inputs->watch_ = *std::move(watch);
    }
    if (!options.hooks.empty()) {
      const auto address = service::parse_address(options.hooks);
      if (!address) return tl::unexpected(address.error());
      const auto token = service::read_secret("--hook-token", options.hook_token);
      if (!token) return tl::unexpected(token.error());
      auto hooks = service::HookServer::start({.address = *address, .token = *token, .take = take});
      if (!hooks) return tl::unexpected(std::move(hooks.error()));
      inputs->hooks_ = *std::move(hooks);
      log(LogLevel::kInfo, "hooks_listening", {{"port", inputs->hooks_->port()}});
    }
    return inputs;
  }

  service::RecordedFiles::Totals totals() const { return files_->totals(); }

 private:
  FileInputs() = default;
  std::unique_ptr<service::RecordedFiles> files_;
  std::unique_ptr<service::FolderWatch> watch_;
  std::unique_ptr<service::HookServer> hooks_;
};

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
}

Result<void> run_ingest(const IngestOptions& options) {
  const auto config = configuration(options.cluster);
  if (!config) return tl::unexpected(config.error());
  const auto client = service::client_options(config->kafka);
  if (!client) return tl::unexpected(client.error());
  const std::chrono::hours kept(options.spool_hours);
  std::unique_ptr<service::SpoolKeeper> keeper;
  if (!options.spool.empty()) {
    auto checked = service::check_spool_retention(*client, config->kafka.topics, kept);
    if (!checked) return checked;
    if (kept.count() > 0) keeper = std::make_unique<service::SpoolKeeper>(options.spool, kept);
  }
  const auto stop = stop_on_signals();
  Totals totals;
  const auto connect = [&] {
    return service::SegmentPublisher::connect(*client, {.topic = config->kafka.topics.segments,
                                                        .source = "/staydown/ingest/" + host_name(),
                                                        .spool = options.spool});
  };
  std::unique_ptr<FileInputs> files;
  if (!options.hooks.empty() || !options.watch.empty()) {
    auto publisher = connect();
    if (!publisher) return tl::unexpected(std::move(publisher.error()));
    auto started = FileInputs::start(options, *std::move(publisher));
    if (!started) return tl::unexpected(std::move(started.error()));
    files = *std::move(started);
  }
  std::vector<std::unique_ptr<SegmentSource>> sources;
  std::vector<std::unique_ptr<service::SegmentPublisher>> publishers;
  for (const auto& [input, stream] : name_streams(options.inputs, options.stream_id)) {
    media::InputOptions how;
    how.stream = stream;
    how.account = AccountId(options.account);
    how.reconnect_for = std::chrono::seconds(options.reconnect_seconds);
    auto source = media::open_input(input, how, stop);
    if (!source) return tl::unexpected(std::move(source.error()));
    const bool paced = options.realtime && !media::is_live(input);
    sources.push_back(paced ? media::at_real_time(*std::move(source)) : *std::move(source));
    auto publisher = connect();
    if (!publisher) return tl::unexpected(std::move(publisher.error()));
    publishers.push_back(*std::move(publisher));
  }
  log(LogLevel::kInfo, "ingest_started",
      {{"inputs", sources.size()}, {"topic", config->kafka.topics.segments}});
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      threads.emplace_back([&, i] { ingest(*sources[i], *publishers[i], totals, stop); });
    }
  }
  if (files) {
    wait_for(stop);
    const auto [published, lost] = files->totals();
    totals.published += published;
    totals.lost += lost;
  }
  log(LogLevel::kInfo, "ingest_done",
      {{"segments", totals.published.load()}, {"lost", totals.lost.load()}});
  if (totals.lost == 0) return {};
  return fail(ErrorCode::kIo, "part of the media was lost; the log says what and why");
}

}  // namespace

void add_ingest_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<IngestOptions>();
  auto* command =
      app.add_subcommand("ingest", "Put files, URLs and live streams on a Kafka cluster");
  command->footer(kExamples);
  command->add_option("INPUT", options->inputs,
                      "Files, - for standard input, or URLs: http(s), HLS, RTMP, RTSP, SRT");
  add_cluster_options(*command, options->cluster);
  command->add_option("--stream-id", options->stream_id,
                      "Name of the broadcast; default: the file's name or the URL");
  command->add_option("--account", options->account, "Uploader, for the rules about accounts");
  command->add_flag("--realtime", options->realtime,
                    "Publish files at the pace at which they would be on air");
  command->add_option("--spool", options->spool,
                      "Folder for segments that are too large for the topic");
  command
      ->add_option("--spool-hours", options->spool_hours,
                   "Remove files of the spool after so long, at least as long as the topics keep "
                   "records; 0: never")
      ->default_val(192)
      ->check(CLI::Range(0, 100'000));
  command->add_option("--hooks", options->hooks,
                      "Take files that media servers tell of on host:port or port");
  command->add_option("--hook-token", options->hook_token,
                      "Where the token is that hooks must carry: file:PATH or env:NAME");
  command->add_option("--root", options->roots, "Folder below which files of hooks lie")
      ->check(CLI::ExistingDirectory);
  command->add_option("--watch", options->watch, "Take files that appear in this folder")
      ->check(CLI::ExistingDirectory);
  command
      ->add_option("--reconnect", options->reconnect_seconds,
                   "Give up on a live input after so many seconds without data")
      ->default_val(60)
      ->check(CLI::Range(0, 86'400));
  command->callback([options, &exit_code] {
    if (options->inputs.empty() && options->hooks.empty() && options->watch.empty()) {
      throw CLI::ValidationError("INPUT", "give an input, --hooks or --watch");
    }
    if (!options->hooks.empty() && (options->hook_token.empty() || options->roots.empty())) {
      throw CLI::ValidationError("--hooks", "needs --hook-token and --root");
    }
    const auto done = run_ingest(*options);
    if (done) return;
    std::cerr << "staydown: " << done.error().message << '\n';
    exit_code = kExitError;
  });
}

}  // namespace staydown::cli
