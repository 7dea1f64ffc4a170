// Collects what a scan found, for a page that a moderator reads.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/frame.h"
#include "core/match.h"
#include "core/result.h"
#include "event/takedown_event.h"
#include "report/input_report.h"
#include "report/report_json.h"

namespace staydown::report {

// What one segment gave, or the end of the stream.
struct SegmentReport {
  Interval on_air{};
  double score = 0;  // highest open score after the segment
  std::span<const Frame> frames{};
  std::span<const Match> matches{};
  std::span<const event::TakedownEvent> events{};
};

// Memory is bounded, however long the scan: about 5 MB of recent pictures an input, and at most
// 40 MB of matched ones. Encodes a JPEG per sampled frame (under 1 ms), so it is for scans that
// were asked for a report. Not thread-safe.
class ReportBuilder {
 public:
  explicit ReportBuilder(ReportOptions options);

  void begin_input(const StreamId& stream, const AccountId& account, const std::string& input);

  // A stream that was not begun is begun under its id.
  void add(const StreamId& stream, const SegmentReport& segment);
  void add_problem(const StreamId& stream, Problem problem);

  // The page. Reads reference frames, at most MatchLog::kPairs a match.
  std::string render(WallTime now, const ReferenceFrames& reference_frames) const;

  // Renders and writes it (see write_atomically).
  Result<void> write(const std::string& path, WallTime now,
                     const ReferenceFrames& reference_frames) const;

 private:
  InputReport& input(const StreamId& stream);

  ReportOptions options_;
  std::vector<InputReport> inputs_;  // in the order in which they began
};

}  // namespace staydown::report
