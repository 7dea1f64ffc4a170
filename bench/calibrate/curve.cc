#include "calibrate/curve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "calibrate/poisson.h"

namespace staydown::calibrate {
namespace {

constexpr int kBin = 4;
constexpr int kBins = 256 / kBin;
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

}  // namespace

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
    for (const Moment& moment : moments(copy.frames, std::chrono::seconds(1))) {
      const Descriptor& frame = moment.front();
      if (frame.view != View::kFull) continue;
      const double at = copy.speed * seconds(frame.time) + copy.offset;
      int closest = kDistances;
      for (const ReferenceEntry& entry : timelines.at(copy.clip)->entries) {
        if (entry.generic || entry.view != View::kFull) continue;
        if (seconds(entry.time) - 0.25 > at || seconds(entry.end) < at) continue;
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

}  // namespace staydown::calibrate
