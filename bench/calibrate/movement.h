// log P(correlation of movement | copy) / P(correlation | look-alike), from pairs of sequences.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "calibrate/corpus.h"
#include "matching/calibration.h"

namespace staydown::calibrate {

// Sizes of movement with a curve of their own. The last is as far as a shot goes; of cuts after
// which both sides go on to look alike there are too few for a curve.
inline constexpr std::array<double, 4> kSizes = {16, 24, 40, 70};

// What matching::VoteHistory says of the frames that would be judged, one each 500 ms.
struct Movements {
  // Measured over one view (the whole picture) and over two.
  std::array<std::vector<matching::Movement>, 2> found;
  // (d(q, r') - d(q, r))^2 / d(r, r') of the whole pictures, r' being the vote before; its mean is
  // 1 / Calibration::nats_per_unit.
  std::vector<double> one_sided;
};

// Clips against another moment of themselves, at least two seconds away, where both look alike
// (distance at most 60). Both halves of the clips, since few stand still. `calibration` needs the
// curve of distances only. Throws std::runtime_error if no clip looks like itself.
Movements look_alikes(const Corpus& corpus, const matching::Calibration& calibration);

// Copies against where they are from; of the clips that calibrate.
Movements copies(const Corpus& corpus, const matching::Calibration& calibration);

// Of movements above kSizes[size - 1], up to kSizes[size].
std::vector<double> correlations(const std::vector<matching::Movement>& found, std::size_t size);

// In bins of a tenth, the outer ones as wide as it takes to hold three look-alikes; a bin counts
// one look-alike more than it holds, so the mean of exp(nats) over look-alikes is below 1. Of a
// copy's frames kOverlaid are taken to move like anything (what is laid over the picture moves
// too), which bounds what one of them may take away. Then made to rise with the correlation
// (isotonic regression).
inline constexpr double kOverlaid = 0.1;
std::vector<std::pair<double, double>> movement_curve(const std::vector<double>& look_alikes,
                                                      const std::vector<double>& copies);

}  // namespace staydown::calibrate
