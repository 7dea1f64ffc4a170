#include "cli/scan_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/scan_options.h"
#include "cli/scan_output.h"
#include "cli/signals.h"
#include "core/clock.h"
#include "media/input_source.h"
#include "service/engine.h"
#include "service/reference_media.h"

namespace staydown::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  staydown scan recording.mp4 --bank bank.db
  staydown scan rtmp://localhost/live/cam-7 --bank bank.db --output events.jsonl
  staydown scan stream.ts --bank bank.db --realtime --report report.html
  ffmpeg -i input -c copy -f mpegts - | staydown scan - --bank bank.db --stream-id cam-7

Takedown events go to standard output as CloudEvents, one JSON object a line (docs/events/); the log goes to
standard error.

Exit codes: 0 nothing found, 3 takedown, 4 review only, 1 error (also: part of the media could not be used and
nothing was found in the rest, unless --allow-gaps), 2 usage.)";

using Sources = std::vector<std::unique_ptr<SegmentSource>>;

// Files form one source in the order in which they would go on air; each live input is one of its
// own.
Result<Sources> open_sources(const std::vector<ScanInput>& inputs, const ScanOptions& options) {
  Sources files, sources;
  for (const auto& [input, stream] : inputs) {
    media::InputOptions how;
    how.stream = stream;
    how.account = AccountId(options.account);
    how.reconnect_for = std::chrono::seconds(options.reconnect_seconds);
    auto source = media::open_input(input, how);
    if (!source) return tl::unexpected(source.error());
    (media::is_live(input) ? sources : files).push_back(*std::move(source));
  }
  if (!files.empty()) {
    auto merged = media::merge(std::move(files));
    sources.push_back(options.realtime ? media::at_real_time(std::move(merged))
                                       : std::move(merged));
  }
  return sources;
}

Result<service::Config> configuration(const ScanOptions& options) {
  auto config = options.config.empty() ? service::Config{} : service::load_config(options.config);
  if (config && options.observe) config->policy.observe = true;
  if (config && !options.model.empty()) config->model.manifest = options.model;
  if (config && !options.report.empty()) config->sampling.rgb = true;  // a moderator sees colours
  return config;
}

Result<std::vector<event::JsonLinesWriter>> open_writers(const ScanOptions& options) {
  std::vector<event::JsonLinesWriter> writers;
  writers.push_back(event::JsonLinesWriter::to_stdout());
  if (!options.output.empty()) {
    auto file = event::JsonLinesWriter::append_to(options.output);
    if (!file) return tl::unexpected(file.error());
    writers.push_back(*std::move(file));
  }
  return writers;
}

std::unique_ptr<report::ReportBuilder> begin_report(const ScanOptions& options,
                                                    const service::Config& config,
                                                    const service::Engine& engine,
                                                    const std::vector<ScanInput>& inputs) {
  if (options.report.empty()) return nullptr;
  auto builder = std::make_unique<report::ReportBuilder>(report::ReportOptions{
      .command = options.command_line,
      .versions = engine.versions(),
      .review_score = engine.review_score(),
      .takedown_score = engine.takedown_score(),
      .review_per_million_hours = config.matching.review_per_million_hours,
      .takedown_per_million_hours = config.matching.takedown_per_million_hours});
  for (const auto& [input, stream] : inputs) {
    builder->begin_input(stream, AccountId(options.account), input);
  }
  return builder;
}

// Threads that scan_all will need, at most: one for all files, one for each live input.
int live_threads(const std::vector<std::string>& inputs) {
  return 1 + static_cast<int>(std::ranges::count_if(inputs, media::is_live));
}

// Each source in a thread of its own, all against one index and policy.
void scan_all(Sources& sources, const service::Engine& engine, ScanOutput& output,
              const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (auto& source : sources) {
    threads.emplace_back([&] {
      const auto detector = engine.make_detector();
      service::scan(*source, *detector, output, stop);
    });
  }
}

Result<ExitCode> run_scan(const ScanOptions& options) {
  const auto config = configuration(options);
  if (!config) return tl::unexpected(config.error());
  auto writers = open_writers(options);
  if (!writers) return tl::unexpected(writers.error());

  std::stop_source stop;
  const std::stop_callback on_signal(stop_on_signals(), [&] { stop.request_stop(); });
  auto models = service::open_models(*config, live_threads(options.inputs));
  if (!models) return tl::unexpected(models.error());
  const auto engine = service::Engine::open(*config, *models, options.bank);
  if (!engine) return tl::unexpected(engine.error());
  const auto inputs = name_streams(options.inputs, options.stream_id);
  auto sources = open_sources(inputs, options);
  if (!sources) return tl::unexpected(sources.error());

  ScanOutput output(*std::move(writers), begin_report(options, *config, *engine, inputs), stop);
  scan_all(*sources, *engine, output, stop.get_token());
  output.log_summary();
  if (const auto* builder = output.report()) {
    service::ReferenceMedia reference_media(options.bank, options.reference_media);
    const auto written = builder->write(
        options.report, wall_clock(),
        [&](const ReferenceId& id, MediaTime time) { return reference_media.frame(id, time); });
    if (!written) return tl::unexpected(written.error());
  }
  return output.exit_code(options.allow_gaps);
}

std::string command_line(const CLI::App& app) {
  std::string line = "staydown scan";
  for (const auto* option : app.get_options()) {
    if (option->count() == 0) continue;
    if (!option->get_lnames().empty()) line += " --" + option->get_lnames().front();
    if (option->get_expected_min() == 0) continue;
    for (const auto& value : option->results()) line += fmt::format(" '{}'", value);
  }
  return line;
}

}  // namespace

void add_scan_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ScanOptions>();
  auto* command =
      app.add_subcommand("scan", "Watch files, URLs and live streams for the references of a bank");
  command->footer(kExamples);
  command
      ->add_option("INPUT", options->inputs,
                   "Files, - for standard input, or URLs: http(s), HLS, RTMP, RTSP, SRT")
      ->required();
  command->add_option("--bank", options->bank, "Bank of references")
      ->envname("STAYDOWN_BANK")
      ->default_val("bank.db");
  command->add_option("--config", options->config, "Configuration (see `staydown config show`)");
  add_model_flag(*command, options->model);
  command->add_option("--stream-id", options->stream_id,
                      "Name of the broadcast in events; default: the file's name or the URL");
  command->add_option("--account", options->account, "Uploader, for the rules about accounts");
  command->add_flag("--realtime", options->realtime,
                    "Read files at the pace at which they would be on air");
  command->add_flag("--observe", options->observe, "Publish every verdict as what would have been");
  command->add_flag(
      "--allow-gaps", options->allow_gaps,
      "Exit with 0 when nothing was found even if part of the media could not be used");
  command->add_option("--output", options->output, "Also append the events to this file");
  command->add_option("--report", options->report,
                      "Write an HTML page for a moderator here at the end");
  command->add_option(
      "--reference-media", options->reference_media,
      "Folder with the references' videos, for the report, if they are no longer where they were "
      "added from");
  command
      ->add_option("--reconnect", options->reconnect_seconds,
                   "Give up on a live input after so many seconds without data")
      ->default_val(60)
      ->check(CLI::Range(0, 86'400));
  command->callback([command, options, &exit_code] {
    options->command_line = command_line(*command);
    const auto scanned = run_scan(*options);
    if (scanned) {
      exit_code = *scanned;
    } else {
      exit_code = report(scanned.error());
    }
  });
}

}  // namespace staydown::cli
