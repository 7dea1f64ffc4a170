#include "calibrate/movement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "calibrate/curve.h"
#include "matching/frame_score.h"
#include "matching/vote_history.h"

namespace staydown::calibrate {
namespace {

constexpr MediaTime kJudgedStep = std::chrono::milliseconds(500);
constexpr double kAnyDistance = 512;  // bits
constexpr MediaTime kLeastShift = std::chrono::seconds(2);
constexpr MediaTime kShiftStep = std::chrono::milliseconds(1500);
// How near a frame of another moment must be to look alike, in bits. By hashes what does is mostly
// nearer than this; embeddings take for a copy what is much further, and all of that must be among
// the look-alikes, or the curves would know only the few that are nearly the same picture.
double most_distance(DescriptorKind kind) {
  return kind == DescriptorKind::kPdq ? 60 : kAnyDistance;
}
// How far from its place a frame is looked for: about as an alignment does after its first votes.
constexpr double kHalfWidth = 0.5;

constexpr double kFirst = -0.3, kBin = 0.1;
constexpr std::size_t kBins = 11;  // the last begins at 0.7
constexpr double kResolved = 3;

struct Line {
  double speed = 1, offset = 0;
  double at(MediaTime t) const { return speed * seconds(t) + offset; }
};

// One sequence of frames held against a reference along a line: as matching::Alignment does it, but
// that the line is given.
class Replay {
 public:
  // `most_distance` in bits.
  Replay(const ReferenceTimeline& reference, const Line& line, DescriptorKind kind,
         double most_distance, const matching::Calibration& calibration)
      : reference_(reference),
        line_(line),
        kind_(kind),
        most_distance_(most_distance),
        calibration_(calibration) {}

  // By one view of each frame or by two.
  void run(std::span<const Moment> stream, std::size_t views, Samples& samples) {
    matching::VoteHistory votes;
    std::optional<std::size_t> before;
    for (const Moment& moment : stream) {
      matching::QueryFrame frame{moment.front().time, {}};
      for (const Descriptor& view : moment) {
        const bool shown = views == 2 || view.view == View::kFull;
        if (shown && kind_of(view.value) == kind_) frame.views.push_back(&view);
      }
      const auto found =
          score_frame(frame, reference_, {line_.at(frame.time), kHalfWidth}, {}, {}, calibration_);
      if (!found) continue;
      const double per_unit = bits_per_unit(kind_);
      const bool alike = found->log_ratio > 0 && found->distance * per_unit <= most_distance_;
      auto movement = votes.movement(frame, reference_, found->entry, kind_, calibration_);
      if (movement && movement->unchanged) continue;
      if (movement && static_cast<std::size_t>(movement->views) == views) {
        samples.by_views[views - 1].push_back({*movement, alike});
        samples.by_views[views - 1].back().movement.least *= per_unit;
        if (alike && views == 1) samples.one_sided.push_back(one_sided(*found, *before));
      }
      if (!alike || (movement && calibration_.new_information(*movement) < 0)) continue;
      votes.add(frame, *found->query, reference_, found->entry);
      before = found->entry;
    }
  }

 private:
  // (d(q, r') - d(q, r))^2 / d(r, r').
  double one_sided(const matching::FrameScore& found, std::size_t before) const {
    const DescriptorValue& now = reference_.entries[found.entry].value;
    const DescriptorValue& then = reference_.entries[before].value;
    const double per_unit = bits_per_unit(kind_);
    const double closer = (distance(*found.query, then) - found.distance) * per_unit;
    return closer * closer / std::max(1.0, distance(now, then) * per_unit);
  }

  const ReferenceTimeline& reference_;
  Line line_;
  DescriptorKind kind_;
  double most_distance_;
  const matching::Calibration& calibration_;
};

std::array<double, kBins> binned(const std::vector<double>& correlations) {
  std::array<double, kBins> bins{};
  for (const double correlation : correlations) {
    const double bin = std::floor((correlation - kFirst) / kBin);
    ++bins[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kBins - 1)))];
  }
  return bins;
}

// Bins, the outer ones joined to their neighbours until they hold three look-alikes.
std::vector<std::size_t> resolved_bins(const std::array<double, kBins>& look_alikes) {
  std::vector<std::size_t> group(kBins);
  std::size_t low = 0, high = kBins - 1;
  for (double held = look_alikes[low]; held < kResolved && low < high;) held += look_alikes[++low];
  for (double held = look_alikes[high]; held < kResolved && low < high;)
    held += look_alikes[--high];
  for (std::size_t bin = 0; bin < kBins; ++bin) group[bin] = std::clamp(bin, low, high);
  return group;
}

}  // namespace

void Samples::add(const Samples& other) {
  for (std::size_t i = 0; i < by_views.size(); ++i) {
    by_views[i].insert(by_views[i].end(), other.by_views[i].begin(), other.by_views[i].end());
  }
  one_sided.insert(one_sided.end(), other.one_sided.begin(), other.one_sided.end());
}

std::map<std::string, Samples> look_alikes(const Corpus& corpus, DescriptorKind kind,
                                           const matching::Calibration& calibration) {
  std::map<std::string, Samples> by_clip;
  for (const Frames& clip : corpus.clips) {
    const ReferenceTimelinePtr reference = timeline_of(clip);
    const auto stream = moments(clip.frames, kJudgedStep);
    for (MediaTime shift = kLeastShift; shift < reference->duration; shift += kShiftStep) {
      Replay replay(*reference, {1, seconds(shift)}, kind, most_distance(kind), calibration);
      for (const std::size_t views : numbers_of_views(kind)) {
        replay.run(stream, views, by_clip[clip.name]);
      }
    }
  }
  return by_clip;
}

Samples copies(const Corpus& corpus, DescriptorKind kind,
               const matching::Calibration& calibration) {
  const Timelines timelines = timelines_of(corpus);
  Samples samples;
  for (const Copy& copy : corpus.copies) {
    if (!calibrates(copy.clip) || !copy.held_to(kind)) continue;
    Replay replay(*timelines.at(copy.clip), {copy.speed, copy.offset}, kind, kAnyDistance,
                  calibration);
    const auto stream = moments(copy.frames, kJudgedStep);
    for (const std::size_t views : numbers_of_views(kind)) replay.run(stream, views, samples);
  }
  return samples;
}

std::span<const double> sizes_of(DescriptorKind kind) {
  static constexpr std::array<double, 7> kUpTo = {4, 8, 16, 24, 40, 70, 256};
  return kind == DescriptorKind::kPdq ? std::span(kUpTo).subspan(2) : std::span(kUpTo);
}

Correlations correlations(const std::vector<Sample>& samples, std::span<const double> sizes,
                          std::size_t size) {
  const double least = size == 0 ? 0 : sizes[size - 1];
  Correlations chosen;
  for (const auto& [movement, alike] : samples) {
    if (movement.least <= least || movement.least > sizes[size]) continue;
    ++chosen.all;
    if (alike) chosen.alike.push_back(movement.correlation);
  }
  return chosen;
}

std::vector<std::pair<double, double>> movement_curve(const Correlations& look_alikes,
                                                      const Correlations& copies) {
  const auto unrelated = binned(look_alikes.alike), related = binned(copies.alike);
  const auto groups = resolved_bins(unrelated);
  std::vector<double> falling_ratio;  // from the highest correlation down
  for (std::size_t bin = kBins; bin-- > 0;) {
    double unrelated_here = 0, related_here = 0;
    for (std::size_t other = 0; other < kBins; ++other) {
      if (groups[other] != groups[bin]) continue;
      unrelated_here += unrelated[other];
      related_here += related[other];
    }
    const double background_share = (unrelated_here + 1) / static_cast<double>(look_alikes.all + 1);
    const double copy_share = (1 - kOverlaid) * related_here / static_cast<double>(copies.all) +
                              kOverlaid * background_share;
    falling_ratio.push_back(std::log(copy_share / background_share));
  }
  falling_ratio = falling(falling_ratio);
  std::vector<std::pair<double, double>> points;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    points.emplace_back(kFirst + kBin * (static_cast<double>(bin) + 0.5),
                        falling_ratio[kBins - 1 - bin]);
  }
  return points;
}

}  // namespace staydown::calibrate
