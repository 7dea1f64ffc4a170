#include "calibrate/alarms.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "calibrate/poisson.h"
#include "calibrate/replay.h"
#include "matching/frame_score.h"

namespace staydown::calibrate {
namespace {

constexpr MediaTime kStep = std::chrono::seconds(1);

HighestSum highest_sum(const std::string& clip, const std::vector<Moment>& stream,
                       const ReferenceTimelinePtr& reference,
                       const std::shared_ptr<const matching::Calibration>& calibration,
                       const index::SearchOptions& options) {
  const ReferenceSet enforced{{reference->info.id, reference}};
  matching::StreamTracker tracker(calibration, {.review_score = 0, .takedown_score = 1e9});
  HighestSum highest{clip, reference->info.id.value};
  for (const Moment& moment : stream) {
    const auto hits = neighbours(moment, reference, options);
    for (const Match& match : tracker.update(observed(moment, hits, enforced))) {
      highest.reportable = std::max(highest.reportable, match.score);
    }
    highest.score = std::max(highest.score, tracker.score());
  }
  return highest;
}

}  // namespace

AlarmRun run_background(const Corpus& corpus, bool calibration_half,
                        const matching::Calibration& calibration,
                        const index::SearchOptions& wide) {
  const auto shared = std::make_shared<const matching::Calibration>(calibration);
  std::vector<ReferenceTimelinePtr> references;
  for (const Frames& clip : corpus.clips) references.push_back(timeline_of(clip));
  for (const Frames& source : corpus.images) references.push_back(timeline_of(source));
  AlarmRun run;
  for (const Frames& clip : corpus.clips) {
    if (calibrates(clip.name) != calibration_half) continue;
    const auto stream = moments(clip.frames, kStep);
    const double hours = static_cast<double>(stream.size()) / 3600;
    run.hours += hours;
    for (const auto& reference : references) {
      if (reference->info.id.value == clip.name) continue;
      run.entry_hours +=
          hours * static_cast<double>(std::count_if(
                      reference->entries.begin(), reference->entries.end(), matching::informative));
      run.sums.push_back(highest_sum(clip.name, stream, reference, shared, wide));
    }
  }
  return run;
}

std::vector<HighestSum> run_same_place(const Corpus& corpus, const CalibrationFor& calibration) {
  constexpr MediaTime kShortest = std::chrono::seconds(20);
  constexpr MediaTime kDense = std::chrono::milliseconds(500);
  std::vector<HighestSum> sums;
  for (const Frames& clip : corpus.clips) {
    if (clip.frames.empty() || clip.frames.back().time < kShortest) continue;
    const auto of_clip = std::make_shared<const matching::Calibration>(calibration(clip.name));
    Frames first{clip.name, {}}, second{clip.name, {}};
    for (const Descriptor& frame : clip.frames) {
      (2 * frame.time < clip.frames.back().time ? first : second).frames.push_back(frame);
    }
    sums.push_back(
        highest_sum(clip.name, moments(second.frames, kDense), timeline_of(first), of_clip, {}));
  }
  std::sort(sums.begin(), sums.end(),
            [](const HighestSum& a, const HighestSum& b) { return a.score > b.score; });
  return sums;
}

Tail fit_tail(const AlarmRun& run) {
  std::vector<double> scores;
  Tail tail;
  for (const HighestSum& sum : run.sums) {
    if (sum.score > 0) scores.push_back(sum.score);
    if (sum.reportable > 0) ++tail.reportable;
  }
  std::sort(scores.begin(), scores.end(), std::greater<>());
  if (scores.size() > kTailSums) {
    const double from = scores[kTailSums];
    scores.resize(kTailSums);
    double excess = 0;
    for (const double score : scores) excess += score - from;
    tail.slope = static_cast<double>(kTailSums) / excess;
    tail.slope_lower = tail.slope * (1 - 1.645 / std::sqrt(static_cast<double>(kTailSums)));
  }
  tail.log_rate_upper = std::log(poisson_upper(tail.reportable) / run.entry_hours);
  return tail;
}

std::int64_t above(const AlarmRun& run, double level) {
  return std::count_if(run.sums.begin(), run.sums.end(),
                       [&](const HighestSum& sum) { return sum.reportable > level; });
}

}  // namespace staydown::calibrate
