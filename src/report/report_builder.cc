#include "report/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/atomic_file.h"
#include "report/page.h"

namespace staydown::report {
namespace {

// Verdicts of the inputs in words: "2 takedowns and 1 review"; with --observe, what they would have
// been.
std::string findings(const std::vector<InputReport>& inputs) {
  int takedowns = 0, reviews = 0;
  bool observed = false;
  for (const auto& input : inputs) {
    for (const auto& event : input.events) {
      const auto& [number, step, match, verdict] = event.step;
      const auto kind = std::max(verdict.kind, verdict.would_be);
      if (step == CaseStepKind::kOpened && kind == VerdictKind::kReview) ++reviews;
      if (step == CaseStepKind::kRaised) --reviews;
      if (step != CaseStepKind::kClosed && kind == VerdictKind::kTakedown) ++takedowns;
      observed = observed || verdict.rule == "observe";
    }
  }
  return fmt::format("{} {} and {} {}{}", takedowns, takedowns == 1 ? "takedown" : "takedowns",
                     reviews, reviews == 1 ? "review" : "reviews",
                     observed ? " (observed only)" : "");
}

}  // namespace

ReportBuilder::ReportBuilder(ReportOptions options) : options_(std::move(options)) {}

InputReport& ReportBuilder::input(const StreamId& stream) {
  const auto known = std::ranges::find(inputs_, stream, &InputReport::stream);
  if (known != inputs_.end()) return *known;
  auto& begun = inputs_.emplace_back();
  begun.stream = stream;
  begun.input = stream.value;
  return begun;
}

void ReportBuilder::begin_input(const StreamId& stream, const AccountId& account,
                                const std::string& typed) {
  auto& begun = input(stream);
  begun.account = account;
  begun.input = typed;
}

void ReportBuilder::add(const StreamId& stream, const SegmentReport& segment) {
  auto& report = input(stream);
  if (segment.on_air.length() > MediaTime::zero()) {
    report.curve.add({segment.on_air, segment.score});
    report.watched = std::max(report.watched, segment.on_air.end);
  }
  for (const auto& frame : segment.frames) report.recent.add(frame);
  report.matches.update(segment.matches, report.recent);
  for (const auto& event : segment.events) {
    if (report.events.size() < InputReport::kMaxEvents) {
      report.events.push_back(event);
    } else {
      ++report.events_left_out;
    }
  }
}

void ReportBuilder::add_problem(const StreamId& stream, Problem problem) {
  auto& report = input(stream);
  if (report.problems.size() < InputReport::kMaxProblems) {
    report.problems.push_back(std::move(problem));
  } else {
    ++report.problems_left_out;
  }
}

std::string ReportBuilder::render(WallTime now, const ReferenceFrames& reference_frames) const {
  const auto found = findings(inputs_);
  const auto streams =
      inputs_.size() == 1 ? inputs_[0].stream.value : fmt::format("{} streams", inputs_.size());
  return render_page({.title = fmt::format("{} in {} - Staydown report", found, streams),
                      .summary = fmt::format("Staydown found {} in {}.", found, streams),
                      .json = report_json(options_, inputs_, now, reference_frames)});
}

Result<void> ReportBuilder::write(const std::string& path, WallTime now,
                                  const ReferenceFrames& reference_frames) const {
  return write_atomically(path, render(now, reference_frames));
}

}  // namespace staydown::report
