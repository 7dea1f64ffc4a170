// How many copies of the test half reach a threshold, and how soon.
#pragma once

#include <string>
#include <vector>

#include "calibrate/corpus.h"
#include "matching/calibration.h"

namespace staydown::calibrate {

struct Detected {
  std::string edit;
  int copies = 0, detected = 0;
  double median_seconds = 0;          // from the first frame to the one that decides
  double largest_interval_error = 0;  // of the detected ones' reference interval, seconds
};

// Copies of at least ten seconds, one frame a second; hits as the index gives them. By
// edit.
std::vector<Detected> detect_copies(const Corpus& corpus, const matching::Calibration& calibration,
                                    double takedown_score);

}  // namespace staydown::calibrate
