#include "cli/scan_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/log.h"

namespace staydown::cli {
namespace {

using service::log;
using service::LogLevel;

std::string counts(const std::map<std::string, std::uint64_t>& by_name) {
  std::string text;
  for (const auto& [name, count] : by_name) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", name, count);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

ScanOutput::ScanOutput(std::vector<event::JsonLinesWriter> writers,
                       std::unique_ptr<report::ReportBuilder> report, std::stop_source scan)
    : writers_(std::move(writers)), report_(std::move(report)), scan_(std::move(scan)) {}

void ScanOutput::detected(const Segment& segment, const service::Detection& detection) {
  const std::scoped_lock lock(mutex_);
  ++segments_;
  frames_ += detection.frames.size();
  watched_ += detection.on_air.length();
  for (const auto warning : detection.warnings) {
    const std::string name(media::name_of(warning));
    ++warnings_[name];
    if (report_) report_->add_problem(segment.stream, {detection.on_air.begin, name});
  }
  publish(segment.stream, detection);
  progress_.show(fmt::format("{} at {}  score {:.1f}  {} watched in all, {} verdicts",
                             segment.stream.value, to_string(detection.on_air.end), detection.score,
                             to_string(watched_), counts(verdicts_)));
}

void ScanOutput::lost(const StreamId& stream, const Error& error) {
  const std::scoped_lock lock(mutex_);
  progress_.clear();
  ++lost_[std::string(name_of(error.code))];
  log(LogLevel::kWarning, "media_lost",
      {{"stream", stream.value}, {"reason", name_of(error.code)}, {"message", error.message}});
  if (report_) report_->add_problem(stream, {watched_, error.message});
}

void ScanOutput::ended(const StreamId& stream, const service::Detection& detection) {
  const std::scoped_lock lock(mutex_);
  publish(stream, detection);
}

void ScanOutput::publish(const StreamId& stream, const service::Detection& detection) {
  if (report_) {
    report_->add(stream, {.on_air = detection.on_air,
                          .score = detection.score,
                          .frames = detection.frames,
                          .matches = detection.matches,
                          .events = detection.events});
  }
  for (const auto& event : detection.events) {
    progress_.clear();
    const auto& verdict = event.step.verdict;
    worst_ = std::max(worst_, verdict.kind);
    ++verdicts_[std::string(name_of(verdict.kind))];
    for (auto& writer : writers_) {
      const auto written = writer.write(event);
      if (written || write_failed_) continue;
      write_failed_ = true;
      log(LogLevel::kError, "event_not_written", {{"message", written.error().message}});
      scan_.request_stop();
    }
  }
}

void ScanOutput::log_summary() {
  const std::scoped_lock lock(mutex_);
  progress_.clear();
  log(LogLevel::kInfo, "scan_done",
      {{"segments", segments_},
       {"watched", to_string(watched_)},
       {"sampled_frames", frames_},
       {"events", counts(verdicts_)},
       {"lost", counts(lost_)},
       {"warnings", counts(warnings_)}});
}

ExitCode ScanOutput::exit_code(bool allow_gaps) const {
  if (write_failed_) return kExitError;
  if (worst_ == VerdictKind::kTakedown) return kExitTakedown;
  if (worst_ == VerdictKind::kReview) return kExitReview;
  if (segments_ == 0) return kExitError;
  return lost_.empty() || allow_gaps ? kExitNothingFound : kExitError;
}

}  // namespace staydown::cli
