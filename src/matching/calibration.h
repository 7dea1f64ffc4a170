// What distances and scores mean, measured on background video.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/result.h"

namespace staydown::matching {

// What happened between pairs of frames that voted, (q', r'), and another, (q, r).
struct Movement {
  DescriptorKind kind = DescriptorKind::kPdq;
  // On one side at least it is the same picture as at an earlier vote; then nothing else is set.
  bool unchanged = false;
  // To the vote from which it is least: geometric mean of d(q, q') and d(r, r').
  double least = 0;
  // -1 to 1: the cosine between the query's and the reference's difference vector, mean over the
  // votes. A copy moves with the reference; a look-alike (same place, other moment) at its own
  // will.
  double correlation = 0;
  int views = 1;  // of the picture, over which it was measured: 1 or 2
};

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

  // The most that a pair of frames may add in nats once others have voted: log P(correlation |
  // copy) / P(correlation | look-alike), negative where it moves otherwise than the reference.
  double new_information(const Movement& movement) const;

  // How much likelier, in nats, a frame is from the closer of two frames of a reference, per unit
  // by which it is closer.
  double nats_per_unit(DescriptorKind kind) const;

  // Score in nats that background video reaches at most `per_million_hours` times in a million
  // stream-hours with `entries` reference frames enforced: the larger of the bound that theory
  // gives and the upper 95 % bound of the measured tail.
  double threshold(double per_million_hours, std::size_t entries) const;

  const std::string& version() const { return version_; }
  // Learned model and precision whose distances it says something of (ModelManifest::descriptor);
  // empty: of hashes only.
  const std::string& model() const { return model_; }

 private:
  // Linear between its points, level outside them.
  struct Curve {
    std::vector<double> at;         // ascending
    std::vector<double> log_ratio;  // same length
    double operator()(double x) const;
  };
  struct MovementCurves {
    double up_to = 0;                  // units of distance; the last holds for anything beyond too
    std::array<Curve, 2> correlation;  // measured over one view, over two (or the same)
  };
  struct Kind {
    Curve distance;
    double cap = 0;
    float unchanged = 0;
    double nats_per_unit = 0;
    // The more moved, the less of a movement is noise: curves by Movement::least, ascending.
    std::vector<MovementCurves> movement;
  };
  const Kind& of(DescriptorKind kind) const;
  static Result<Kind> parse_kind(std::string_view json, std::string_view name);

  std::string version_, model_;
  Kind pdq_, embedding_;
  double starts_per_hour_ = 3600;  // sampled frames of a stream in an hour
  double tail_rate_ = 1;           // measured tail: log rate falls by this per nat
  double tail_log_per_entry_hour_ = 0;
};

}  // namespace staydown::matching
