// What distances and scores mean, measured on background video.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/result.h"

namespace staydown::matching {

// Read from the JSON file that bench/calibrate writes (its header states corpus, distinct hours,
// command). Immutable and thread-safe.
class Calibration {
 public:
  static Result<Calibration> parse(std::string_view json, std::string_view name);
  static const Calibration& embedded();  // the one that ships: models/pdq-calibration.json

  // Log-likelihood ratio in nats of a frame at `distance` from where a copy would be: log P(d |
  // copy) / P(d | background). Positive is evidence for a copy; never above cap().
  double log_ratio(DescriptorKind kind, float distance) const;
  double cap(DescriptorKind kind) const;

  // Score whose false alarm rate has its 95 % upper bound at `per_million_hours` for a bank of
  // `entries` frames.
  double threshold(double per_million_hours, std::size_t entries) const;

  const std::string& version() const;

 private:
  struct Curve {
    std::vector<float> distance;    // ascending
    std::vector<double> log_ratio;  // same length; linear in between
    double cap = 0;
  };
  std::string version_;
  Curve pdq_, embedding_;
  double tail_rate_ = 1, tail_log_per_hour_ = 0;
  std::size_t reference_entries_ = 1;
};

}  // namespace staydown::matching
