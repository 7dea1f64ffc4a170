#include "calibrate/detected.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include "calibrate/replay.h"

namespace staydown::calibrate {
namespace {

constexpr MediaTime kShortestCopy = std::chrono::seconds(10);

struct Outcome {
  double seconds = -1;  // until decided; negative: never
  double interval_error = 0;
};

Outcome follow(const Copy& copy, const ReferenceTimelinePtr& reference,
               const std::shared_ptr<const matching::Calibration>& calibration,
               double takedown_score) {
  const ReferenceSet enforced{{reference->info.id, reference}};
  matching::StreamTracker tracker(
      calibration, {.review_score = takedown_score, .takedown_score = takedown_score});
  Outcome outcome;
  for (const Moment& moment : moments(copy.frames, std::chrono::seconds(1))) {
    const auto hits = neighbours(moment, reference, {});
    const auto matches = tracker.update(observed(moment, hits, enforced));
    if (!matches.empty() && outcome.seconds < 0) {
      outcome.seconds = seconds(moment.front().time - copy.frames.front().time);
    }
  }
  for (const Match& match : tracker.finish()) {
    const auto truth = [&](MediaTime t) { return copy.speed * seconds(t) + copy.offset; };
    outcome.interval_error = std::max(
        {outcome.interval_error, std::abs(seconds(match.interval.begin) - truth(match.query.begin)),
         std::abs(seconds(match.interval.end) - truth(match.query.end))});
  }
  return outcome;
}

}  // namespace

std::vector<Detected> detect_copies(const Corpus& corpus, const matching::Calibration& calibration,
                                    double takedown_score) {
  const auto shared = std::make_shared<const matching::Calibration>(calibration);
  const Timelines timelines = timelines_of(corpus);
  std::map<std::string, Detected> by_edit;
  std::map<std::string, std::vector<double>> delays;
  for (const Copy& copy : corpus.copies) {
    if (calibrates(copy.clip) || copy.frames.empty() ||
        copy.frames.back().time - copy.frames.front().time < kShortestCopy) {
      continue;
    }
    const Outcome outcome = follow(copy, timelines.at(copy.clip), shared, takedown_score);
    Detected& edit = by_edit[copy.edit];
    edit.edit = copy.edit;
    ++edit.copies;
    if (outcome.seconds < 0) {
      std::fprintf(stderr, "missed: %s of %s\n", copy.edit.c_str(), copy.clip.c_str());
      continue;
    }
    ++edit.detected;
    delays[copy.edit].push_back(outcome.seconds);
    edit.largest_interval_error = std::max(edit.largest_interval_error, outcome.interval_error);
  }
  std::vector<Detected> all;
  for (auto& [name, edit] : by_edit) {
    auto& seconds_of = delays[name];
    std::sort(seconds_of.begin(), seconds_of.end());
    if (!seconds_of.empty()) edit.median_seconds = seconds_of[seconds_of.size() / 2];
    all.push_back(edit);
  }
  return all;
}

}  // namespace staydown::calibrate
