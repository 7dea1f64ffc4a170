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

// In bins of four bits. A bin with n of N background pairs counts as having n + 3 (the upper 95 %
// bound where n is 0), so that no ratio is above what the set can resolve. Of a copy's frames
// kUnlike are taken to look like any frame (a transition, a full-screen graphic), which bounds what
// one of them may take away. Then made to fall with distance (isotonic regression).
inline constexpr double kUnlike = 0.02;
Curve curve_of(const Histogram& background, const Histogram& copies);

struct LookAlikes {
  std::int64_t pairs = 0;
  double mean = 0;          // of gain / moved
  double variance = 0;      // mean of gain^2 / moved
  double nats_per_bit = 0;  // 1 / variance
  // Mean of exp(nats_per_bit * f * (gain - f * moved / 2)) for f = 0.7, which is what
  // Calibration::new_information gives; must be at most 1.
  double expectation = 0;
};

// Clips against another moment of themselves, a second apart, where both look alike (distance at
// most 60) and neither is cut in between (movement at most 70): what gain and moved are when
// nothing is copied. See Calibration::new_information. Both halves of the clips, since few stand
// still.
LookAlikes look_alikes(const std::vector<Frames>& clips, int unchanged);

}  // namespace staydown::calibrate
