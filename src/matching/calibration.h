// What distances and scores mean, measured on background video.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/result.h"

namespace staydown::matching {

// Read from the JSON file that bench/calibrate writes (it states corpus, distinct hours and
// command; docs/decisions/0007-matching.md says how the figures are obtained). Immutable and
// thread-safe.
class Calibration {
 public:
  // `name` is the file's, for error messages.
  static Result<Calibration> parse(std::string_view json, std::string_view name);
  static const Calibration& embedded();  // the one that ships: models/pdq-calibration.json

  // Log-likelihood ratio in nats of a frame at `distance` from where a copy would be: log P(d |
  // copy) / P(d | background). Positive is evidence for a copy; never above cap(). 0 for a kind
  // that the file has no curve for.
  double log_ratio(DescriptorKind kind, float distance) const;
  double cap(DescriptorKind kind) const;

  // Two frames at most this far apart are the same picture.
  float unchanged(DescriptorKind kind) const;

  // The most that a pair of frames may add in nats once another pair has voted. `correlation` of
  // the movements from that pair to this one, -1 to 1: the cosine between the query's and the
  // reference's difference vector. A copy moves with the reference; a look-alike (same place, other
  // moment) moves at its own will, with a correlation about zero. Negative below 0.15.
  double new_information(DescriptorKind kind, double correlation) const;
  // What it is made of; for the program that measures the variance.
  static double movement_log_ratio(double correlation, double variance);

  // How much likelier, in nats, a frame is from the closer of two frames of a reference, per unit
  // by which it is closer.
  double nats_per_unit(DescriptorKind kind) const;

  // Score in nats that background video reaches at most `per_million_hours` times in a million
  // stream-hours with `entries` reference frames enforced: the larger of the bound that theory
  // gives and the upper 95 % bound of the measured tail.
  double threshold(double per_million_hours, std::size_t entries) const;

  const std::string& version() const { return version_; }

 private:
  struct Curve {
    std::vector<float> distance;    // ascending
    std::vector<double> log_ratio;  // same length; linear in between
    double cap = 0;
    float unchanged = 0;
    double nats_per_unit = 0;
    double movement_variance = 0;  // see movement_log_ratio
  };
  const Curve& curve(DescriptorKind kind) const;
  static Result<Curve> parse_curve(std::string_view json, std::string_view name);

  std::string version_;
  Curve pdq_, embedding_;
  double starts_per_hour_ = 3600;  // sampled frames of a stream in an hour
  double tail_rate_ = 1;           // measured tail: log rate falls by this per nat
  double tail_log_per_entry_hour_ = 0;
};

}  // namespace staydown::matching
