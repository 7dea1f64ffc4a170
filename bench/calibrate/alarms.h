// How high the sums of unrelated video rise.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "calibrate/corpus.h"
#include "index/reference_index.h"
#include "matching/calibration.h"

namespace staydown::calibrate {

// The highest score of one background clip against one unrelated reference: of any alignment, and
// of those that an event could tell of, since more than one frame voted for them.
struct HighestSum {
  std::string clip, reference;
  double score = 0, reportable = 0;
};

struct AlarmRun {
  std::vector<HighestSum> sums;  // of every pair
  double hours = 0;              // of distinct background video
  double entry_hours = 0;        // sum over the pairs of hours times informative entries
};

// Follows each background clip (every `step`) through the matcher, against every other clip and
// every image source as a reference of one picture a second. Alignments are opened by neighbours
// within the radii of `wide`, none narrower than the index's: what is counted is an upper bound of
// what happens.
AlarmRun run_background(const Corpus& corpus, bool calibration_half,
                        const matching::Calibration& calibration, const index::SearchOptions& wide);

// The second half of each clip of at least 20 s as a stream, two frames a second, against its first
// half as a reference, hits as the index gives them: the same place at another time. Highest first.
using CalibrationFor = std::function<matching::Calibration(const std::string& clip)>;
std::vector<HighestSum> run_same_place(const Corpus& corpus, const CalibrationFor& calibration);

// rate per entry and hour of reportable sums above h = exp(log_rate - slope * h).
struct Tail {
  std::int64_t reportable = 0;  // pairs with such a sum at all
  double slope = 1, slope_lower = 1;
  double log_rate_upper = 0;  // upper 95 % bound
};

// How often background is reportable at all is counted, with the Poisson bound of so few. How fast
// sums become rare is told by those of any alignment, which are many: an exponential tail of the
// kTailSums highest by maximum likelihood, less 1.645 standard errors. If fewer are above zero, the
// slope is that of theory, 1.
inline constexpr std::size_t kTailSums = 200;
Tail fit_tail(const AlarmRun& run);

// Reportable sums above `level`.
std::int64_t above(const AlarmRun& run, double level);

}  // namespace staydown::calibrate
