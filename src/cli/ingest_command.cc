#include "cli/ingest_command.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "cli/scan_options.h"
#include "cli/signals.h"
#include "media/input_source.h"
#include "service/cluster_client.h"
#include "service/log.h"
#include "service/segment_publisher.h"

namespace staydown::cli {
namespace {

using service::log;
using service::LogLevel;

constexpr const char* kExamples = R"(Examples:
  staydown ingest rtmp://localhost/live/cam-7 --brokers kafka:9092 --account uploader-3
  staydown ingest a.mp4 b.ts --realtime --brokers kafka:9092
  ffmpeg -i input -c copy -f mpegts - | staydown ingest - --brokers kafka:9092 --stream-id cam-7

Cuts at keyframes, without transcoding, into segments of about 2 s. A segment that the topic does not take goes to a
file below --spool, which workers must see at the same path and have in fetch.roots.

Exit codes: 0 everything is on the cluster, 1 error (also: a segment was lost), 2 usage.)";

struct IngestOptions {
  ClusterOptions cluster;
  std::vector<std::string> inputs;
  std::string stream_id, account, spool;
  bool realtime = false;
  int reconnect_seconds = 60;
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

Result<void> run_ingest(const IngestOptions& options) {
  const auto config = configuration(options.cluster);
  if (!config) return tl::unexpected(config.error());
  const auto client = service::client_options(config->kafka);
  if (!client) return tl::unexpected(client.error());
  const auto stop = stop_on_signals();
  Totals totals;
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
    auto publisher =
        service::SegmentPublisher::connect(*client, {.topic = config->kafka.topics.segments,
                                                     .source = "/staydown/ingest/" + host_name(),
                                                     .spool = options.spool});
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
  command
      ->add_option("INPUT", options->inputs,
                   "Files, - for standard input, or URLs: http(s), HLS, RTMP, RTSP, SRT")
      ->required();
  add_cluster_options(*command, options->cluster);
  command->add_option("--stream-id", options->stream_id,
                      "Name of the broadcast; default: the file's name or the URL");
  command->add_option("--account", options->account, "Uploader, for the rules about accounts");
  command->add_flag("--realtime", options->realtime,
                    "Publish files at the pace at which they would be on air");
  command->add_option("--spool", options->spool,
                      "Folder for segments that are too large for the topic");
  command
      ->add_option("--reconnect", options->reconnect_seconds,
                   "Give up on a live input after so many seconds without data")
      ->default_val(60)
      ->check(CLI::Range(0, 86'400));
  command->callback([options, &exit_code] {
    const auto done = run_ingest(*options);
    if (done) return;
    std::cerr << "staydown: " << done.error().message << '\n';
    exit_code = kExitError;
  });
}

}  // namespace staydown::cli
