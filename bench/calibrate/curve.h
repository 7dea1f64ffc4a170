// log P(distance | copy) / P(distance | background), from pairs of frames.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "calibrate/corpus.h"

namespace staydown::calibrate {

inline constexpr int kDistances = 257;
using Histogram = std::array<std::int64_t, kDistances>;

// Distances in bits. By hashes: of all pairs of images of different sources. By embeddings: of
// every region of the clips' frames, one a second, to all images and to the other clips' frames;
// the model was trained on the images, so two of them tell too little.
Histogram unrelated_pairs(const Corpus& corpus, DescriptorKind kind);

// Distance in bits of each copied frame, of its closest region, to the closest entry within 250 ms
// of where it is from, over the copies of the clips that calibrate.
Histogram copied_pairs(const Corpus& corpus, DescriptorKind kind);

struct Curve {
  std::vector<std::pair<int, double>> points;
  double cap = 0;
};

// Pool adjacent violators: the closest sequence that never rises, weights equal.
std::vector<double> falling(const std::vector<double>& values);

// In bins of four bits, the first as wide as it takes to hold three background pairs. A bin's
// background share is the upper 95 % bound of what was counted, so that no ratio is above what the
// set can resolve. Of a copy's frames kUnlike are taken to look like any frame (a transition, a
// full-screen graphic), which bounds what one of them may take away. Then made to fall with
// distance (isotonic regression).
inline constexpr double kUnlike = 0.02;
Curve curve_of(const Histogram& background, const Histogram& copies);

}  // namespace staydown::calibrate
