#include "calibrate/curve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "calibrate/poisson.h"
#include "matching/calibration.h"

namespace staydown::calibrate {
namespace {

constexpr int kBin = 4;
constexpr int kBins = 256 / kBin;
constexpr int kLookAlike = 60, kWithinShot = 70;
constexpr MediaTime kMovementUnit = std::chrono::milliseconds(250);
// In that unit: how far apart the two moments of a clip are at least and in steps of
// what, and over what time movement is measured.
constexpr std::size_t kLeastShift = 8, kShiftStep = 6;
constexpr std::array<std::size_t, 4> kMovementSteps = {1, 2, 4, 8};
// More than one frame is worth: where the sum of exponentials is cut.
constexpr double kMostNats = 17;
constexpr double kVarianceStep = 0.001;
// Background pairs that the first bin must hold.
constexpr double kResolved = 3;

const PdqHash& hash(const Descriptor& descriptor) { return std::get<PdqHash>(descriptor.value); }

std::array<double, kBins> binned(const Histogram& histogram) {
  std::array<double, kBins> bins{};
  for (int d = 0; d < kDistances; ++d) {
    bins[static_cast<std::size_t>(std::min(d / kBin, kBins - 1))] +=
        static_cast<double>(histogram[static_cast<std::size_t>(d)]);
  }
  return bins;
}

// Pool adjacent violators: the closest sequence that never rises, weights equal.
std::vector<double> falling(const std::vector<double>& values) {
  std::vector<std::pair<double, std::size_t>> pools;
  for (const double value : values) {
    pools.emplace_back(value, 1);
    while (pools.size() > 1 && pools.back().first > pools[pools.size() - 2].first) {
      const auto [last, count] = pools.back();
      pools.pop_back();
      auto& [mean, size] = pools.back();
      mean = (mean * static_cast<double>(size) + last * static_cast<double>(count)) /
             static_cast<double>(size + count);
      size += count;
    }
  }
  std::vector<double> result;
  for (const auto& [mean, size] : pools) result.insert(result.end(), size, mean);
  return result;
}

// Mean of the ratio that a correlation gives, where nothing is copied.
double expectation(const std::vector<double>& correlations, double variance) {
  double sum = 0;
  for (const double correlation : correlations) {
    const double nats = matching::Calibration::movement_log_ratio(correlation, variance);
    sum += std::exp(std::min(nats, kMostNats));
  }
  return sum / static_cast<double>(correlations.size());
}

}  // namespace

Histogram unrelated_pairs(const std::vector<Frames>& images) {
  Histogram histogram{};
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      for (const Descriptor& a : images[i].frames) {
        for (const Descriptor& b : images[j].frames) {
          ++histogram[static_cast<std::size_t>(distance(hash(a), hash(b)))];
        }
      }
    }
  }
  return histogram;
}

Histogram copied_pairs(const Corpus& corpus) {
  Histogram histogram{};
  std::map<std::string, ReferenceTimelinePtr> timelines;
  for (const Frames& clip : corpus.clips) timelines[clip.name] = timeline_of(clip);
  for (const Copy& copy : corpus.copies) {
    if (!calibrates(copy.clip)) continue;
    for (const Descriptor& frame : copy.frames) {
      const double at = copy.speed * seconds(frame.time) + copy.offset;
      int closest = kDistances;
      for (const ReferenceEntry& entry : timelines.at(copy.clip)->entries) {
        if (entry.generic || seconds(entry.time) - 0.25 > at || seconds(entry.end) < at) continue;
        closest = std::min(closest, distance(hash(frame), std::get<PdqHash>(entry.value)));
      }
      if (closest < kDistances) ++histogram[static_cast<std::size_t>(closest)];
    }
  }
  return histogram;
}

Curve curve_of(const Histogram& background, const Histogram& copies) {
  const auto unrelated = binned(background), related = binned(copies);
  const double all_unrelated = std::accumulate(unrelated.begin(), unrelated.end(), 0.0);
  const double all_related = std::accumulate(related.begin(), related.end(), 0.0);
  std::vector<double> log_ratio;
  for (std::size_t first = 0, last = 0; first < kBins; first = last) {
    double unrelated_here = 0, related_here = 0;
    do {
      unrelated_here += unrelated[last];
      related_here += related[last];
    } while (++last < kBins && first == 0 && unrelated_here < kResolved);
    const double background_share =
        poisson_upper(static_cast<std::int64_t>(unrelated_here)) / all_unrelated;
    const double copy_share =
        (1 - kUnlike) * related_here / all_related + kUnlike * background_share;
    log_ratio.insert(log_ratio.end(), last - first, std::log(copy_share / background_share));
  }
  log_ratio = falling(log_ratio);
  Curve curve;
  curve.cap = log_ratio.front();
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    curve.points.emplace_back(static_cast<int>(bin) * kBin + kBin / 2 - 1, log_ratio[bin]);
  }
  return curve;
}

LookAlikes look_alikes(const std::vector<Frames>& clips, int unchanged) {
  std::vector<double> correlations;
  double one_sided = 0;
  for (const std::size_t step : kMovementSteps) {
    for (const Frames& clip : clips) {
      const auto f = thinned(clip, kMovementUnit);
      for (std::size_t shift = kLeastShift; shift < f.size(); shift += kShiftStep) {
        for (std::size_t i = step; i + shift < f.size(); ++i) {
          const PdqHash &q = hash(f[i]), &q_before = hash(f[i - step]);
          const PdqHash &r = hash(f[i + shift]), &r_before = hash(f[i + shift - step]);
          const int query_moved = distance(q, q_before), moved = distance(r, r_before);
          if (distance(q, r) > kLookAlike || std::min(moved, query_moved) <= unchanged ||
              std::max(moved, query_moved) > kWithinShot) {
            continue;
          }
          const double closer = distance(q, r_before) - distance(q, r);
          const double gain = closer + distance(q_before, r) - distance(q_before, r_before);
          correlations.push_back(gain / (2 * std::sqrt(static_cast<double>(moved) * query_moved)));
          one_sided += closer * closer / moved;
        }
      }
    }
  }
  LookAlikes found;
  const auto n = static_cast<double>(correlations.size());
  found.pairs = static_cast<std::int64_t>(correlations.size());
  for (const double correlation : correlations) {
    found.mean += correlation / n;
    found.mean_square += correlation * correlation / n;
  }
  if (correlations.empty()) throw std::runtime_error("no clip looks like itself at another moment");
  while (expectation(correlations, found.variance) > 1) {
    found.variance += kVarianceStep;
    if (found.variance > 1)
      throw std::runtime_error("clips repeat themselves: look-alikes move alike");
  }
  found.nats_per_bit = n / one_sided;
  return found;
}

}  // namespace staydown::calibrate
