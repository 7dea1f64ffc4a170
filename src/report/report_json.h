// A report as the data that page.js draws.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/frame.h"
#include "core/result.h"
#include "event/takedown_event.h"
#include "report/input_report.h"

namespace staydown::report {

struct ReportOptions {
  std::string command{};  // repeats the scan when typed again
  event::Versions versions{};
  double review_score = 0, takedown_score = 0;  // operating thresholds, nats
  double review_per_million_hours = 0;          // false alarms that each threshold stands for
  double takedown_per_million_hours = 0;
};

// The reference's frame nearest to a time; nullopt where its video is not at hand (no longer at the
// path and digest that the bank keeps). An error says why it cannot be read.
using ReferenceFrames =
    std::function<Result<std::optional<Frame>>(const ReferenceId& reference, MediaTime time)>;

// JSON; times are microseconds, pictures base64 JPEG. Bytes that are not UTF-8 become U+FFFD.
std::string report_json(const ReportOptions& options, std::span<const InputReport> inputs,
                        WallTime now, const ReferenceFrames& reference_frames);

}  // namespace staydown::report
