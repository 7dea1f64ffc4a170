// A calibration with round figures, so that tests do not change with the shipped one.
#pragma once

#include <memory>

#include "matching/calibration.h"

namespace staydown::testing {

inline constexpr std::string_view kTestCalibration = R"({
  "format": 2, "version": "test",
  "curves": {"pdq": {"cap": 14, "unchanged": 6, "nats_per_unit": 0.4,
    "movement": [{"up_to": 256, "one_view": [[-1, -17.25], [1, 12.75]], "two_views": [[-1, -17.25], [1, 12.75]]}],
    "points": [[0, 14], [34, 14], [44, 10], [54, 7], [64, 4], [74, 1.5], [84, -0.5], [94, -2],
               [104, -3], [256, -3.5]]}},
  "false_alarms": {"starts_per_hour": 3600, "tail_rate": 1, "tail_log_per_entry_hour": 0}})";

// With a learned descriptor beside hashes.
inline constexpr std::string_view kCalibrationOfBoth = R"({
  "format": 2, "version": "both", "model": "m/1/f32",
  "curves": {
    "pdq": {"cap": 14, "unchanged": 6, "nats_per_unit": 0.4,
      "movement": [{"up_to": 256, "one_view": [[-1, -17.25], [1, 12.75]]}],
      "points": [[0, 14], [64, 4], [84, -0.5], [256, -3.5]]},
    "embedding": {"cap": 12, "unchanged": 0.01, "nats_per_unit": 20,
      "movement": [{"up_to": 2, "one_view": [[-1, -8], [1, 8]]}],
      "points": [[0, 12], [0.3, 12], [0.6, -1], [1, -3], [2, -4]]}},
  "false_alarms": {"starts_per_hour": 3600, "tail_rate": 1, "tail_log_per_entry_hour": 0}})";

inline std::shared_ptr<const matching::Calibration> test_calibration() {
  return std::make_shared<const matching::Calibration>(
      matching::Calibration::parse(kTestCalibration, "test").value());
}

inline std::shared_ptr<const matching::Calibration> calibration_of_both() {
  return std::make_shared<const matching::Calibration>(
      matching::Calibration::parse(kCalibrationOfBoth, "test").value());
}

}  // namespace staydown::testing
