// log P(alike, correlation of movement | copy) / P(the same | look-alike), from pairs of sequences.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/corpus.h"
#include "matching/calibration.h"

namespace staydown::calibrate {

// Sizes of movement with a curve of their own, in bits (corpus.h), ascending; beyond the last but
// one there was a cut. An embedding has few bits of noise, so that its small movements say
// something.
std::span<const double> sizes_of(DescriptorKind kind);

// What matching::VoteHistory says of a frame once another voted, and whether the frame looks like
// the reference at all: after a cut most look-alikes do not.
struct Sample {
  matching::Movement movement;
  bool alike = false;
};

struct Samples {
  // Measured over one view (the whole picture) and over two.
  std::array<std::vector<Sample>, 2> by_views;
  // (d(q, r') - d(q, r))^2 / d(r, r') of the whole pictures, r' being the vote before; its mean is
  // 1 / Calibration::nats_per_unit, times bits_per_unit.
  std::vector<double> one_sided;

  void add(const Samples& other);
};

// By clip: clips against another moment of themselves, at least two seconds away, as long as both
// look alike (hashes: a distance of at most 60; embeddings: any that speaks for a copy), a frame
// each 500 ms. Both halves of the clips, since few stand still. Frames that `calibration` finds to
// move otherwise do not vote. Embeddings are measured over one view only.
std::map<std::string, Samples> look_alikes(const Corpus& corpus, DescriptorKind kind,
                                           const matching::Calibration& calibration);

// Copies against where they are from; of the clips that calibrate.
Samples copies(const Corpus& corpus, DescriptorKind kind, const matching::Calibration& calibration);

// Of movements above the size before, up to sizes[size]: the correlations of those that are alike,
// and the number of all.
struct Correlations {
  std::vector<double> alike;
  std::size_t all = 0;
};
Correlations correlations(const std::vector<Sample>& samples, std::span<const double> sizes,
                          std::size_t size);

// In bins of a tenth, the outer ones as wide as it takes to hold three look-alikes; a bin counts
// one look-alike more than it holds, so the mean of exp(nats) over look-alikes is below 1. Of a
// copy's frames kOverlaid are taken to move like anything (what is laid over the picture moves
// too), which bounds what one of them may take away. Then made to rise with the correlation
// (isotonic regression).
inline constexpr double kOverlaid = 0.1;
std::vector<std::pair<double, double>> movement_curve(const Correlations& look_alikes,
                                                      const Correlations& copies);

}  // namespace staydown::calibrate
