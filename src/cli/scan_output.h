// What a scan shows and leaves behind: events, log, report, and the exit code.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/progress.h"
#include "event/json_lines.h"
#include "report/report_builder.h"
#include "service/scan.h"

namespace staydown::cli {

// Thread-safe: the threads of several live inputs share one.
class ScanOutput : public service::ScanSink {
 public:
  // Events go to every writer. `report` may be null. A write that fails requests a stop of `scan`.
  ScanOutput(std::vector<event::JsonLinesWriter> writers,
             std::unique_ptr<report::ReportBuilder> report, std::stop_source scan);

  void detected(const Segment& segment, const service::Detection& detection) override;
  void lost(const StreamId& stream, const Error& error) override;
  void ended(const StreamId& stream, const service::Detection& detection) override;

  // Logs the totals. Call once, after all scans have ended.
  void log_summary();

  // kExitError after a failed write, or if nothing was found in a scan with losses unless gaps are
  // allowed, or in one that saw no segment at all.
  ExitCode exit_code(bool allow_gaps) const;

  const report::ReportBuilder* report() const { return report_.get(); }

 private:
  void publish(const StreamId& stream, const service::Detection& detection);

  std::mutex mutex_;
  std::vector<event::JsonLinesWriter> writers_;
  std::unique_ptr<report::ReportBuilder> report_;
  std::stop_source scan_;
  Progress progress_;
  std::uint64_t segments_ = 0, frames_ = 0;
  MediaTime watched_{};
  std::map<std::string, std::uint64_t> lost_, warnings_, verdicts_;
  VerdictKind worst_ = VerdictKind::kAllow;
  bool write_failed_ = false;
};

}  // namespace staydown::cli
