#include "cli/ingest_command.h"

#include <iostream>
#include <memory>

#include "cli/app.h"
#include "cli/cluster_options.h"
#include "cli/scan_options.h"
#include "cli/signals.h"
#include "ingest/ingest.h"

namespace staydown::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  staydown ingest rtmp://localhost/live/cam-7 srt://origin:7000 --brokers kafka:9092 --account uploader-3
  staydown ingest --hooks 9465 --hook-token file:/run/secrets/hooks --root /var/rec --brokers kafka:9092
  staydown ingest --watch /var/rec --brokers kafka:9092 --listen :9464
  staydown ingest a.mp4 b.ts --realtime --brokers kafka:9092
  ffmpeg -i input -c copy -f mpegts - | staydown ingest - --brokers kafka:9092 --stream-id cam-7

Cuts at keyframes, without transcoding, into segments of about 2 s. A segment that the topic does not take goes to a
file below --spool, which workers must see at the same path and have in fetch.roots; --spool-hours says how long it stays.

A URL that is off air is called until it answers, and again whenever it breaks off.

--hooks takes what SRS (on_hls), nginx-rtmp (on_record_done) and scripts/mediamtx-hook.sh send when a file is complete;
--watch takes files as they appear in a folder. How to configure the servers: docs/ingest.md.

/metrics, /healthz and /readyz are served on --listen. SIGTERM takes no more, publishes what was taken, and ends within 10 s.

Exit codes: 0 everything is on the cluster, 1 error (also: a segment or file was lost; the log names it), 2 usage.)";

// As typed.
struct Options {
  ClusterOptions cluster;
  std::vector<std::string> inputs;
  std::string stream_id, account, spool;
  bool realtime = false;
  int reconnect_seconds = 0;
  int spool_hours = 0;
  std::string hooks, hook_token, watch, listen;
  std::vector<std::string> roots;
};

Result<void> run_ingest(const Options& options) {
  const auto config = configuration(options.cluster);
  if (!config) return tl::unexpected(config.error());
  ingest::IngestOptions ingest{.kafka = config->kafka,
                               .inputs = {},
                               .account = AccountId(options.account),
                               .realtime = options.realtime,
                               .reconnect = std::chrono::seconds(options.reconnect_seconds),
                               .spool = options.spool,
                               .spool_kept = std::chrono::hours(options.spool_hours),
                               .hooks = options.hooks,
                               .hook_token = options.hook_token,
                               .roots = {options.roots.begin(), options.roots.end()},
                               .watch = options.watch,
                               .listen = options.listen};
  for (const auto& [input, stream] : name_streams(options.inputs, options.stream_id)) {
    ingest.inputs.push_back({input, stream});
  }
  return ingest::run_ingest(ingest, stop_on_signals());
}

}  // namespace

void add_ingest_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
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
  command->add_option("--listen", options->listen,
                      "Where to serve metrics and health: host:port or port; default: nowhere");
  command
      ->add_option("--reconnect", options->reconnect_seconds,
                   "A live input that is back within so many seconds is the same broadcast")
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
    exit_code = report(done.error());
  });
}

}  // namespace staydown::cli
