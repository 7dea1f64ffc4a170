// log P(distance | copy) / P(distance | background), from pairs of frames.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "calibrate/corpus.h"

namespace staydown::calibrate {

inline constexpr int kDistances = 257;
using Histogram = std::array<std::int64_t, kDistances>;

// Distances of all pairs of images of different sources.
Histogram unrelated_pairs(const std::vector<Frames>& images);

// Distance of each copied frame to the closest entry within 250 ms of where it is from, over the
// copies of the clips that calibrate.
Histogram copied_pairs(const Corpus& corpus);

struct Curve {
  std::vector<std::pair<int, double>> points;
  double cap = 0;
};

// In bins of four bits, the first as wide as it takes to hold three background pairs. A bin's
// background share is the upper 95 % bound of what was counted, so that no ratio is above what the
// set can resolve. Of a copy's frames kUnlike are taken to look like any frame (a transition, a
// full-screen graphic), which bounds what one of them may take away. Then made to fall with
// distance (isotonic regression).
inline constexpr double kUnlike = 0.02;
Curve curve_of(const Histogram& background, const Histogram& copies);

// Where nothing is copied, but pictures look alike: the correlation of the two movements, of which
// Calibration::new_information speaks.
struct LookAlikes {
  std::int64_t pairs = 0;
  double mean = 0, mean_square = 0;
  // The least, in thousandths, with which exp(movement_log_ratio) has a mean of at most 1, as a
  // likelihood ratio must where nothing is copied.
  double variance = 0.001;
  double nats_per_bit = 0;  // 1 / mean of (d(q, r') - d(q, r))^2 / d(r, r')
};

// Clips against another moment of themselves, at least two seconds away, where both look alike
// (distance at most 60) and neither is cut (movement over 250 ms to 2 s at most 70). Both halves of
// the clips, since few stand still.
LookAlikes look_alikes(const std::vector<Frames>& clips, int unchanged);

}  // namespace staydown::calibrate
