#include "calibrate/curve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace staydown::calibrate {
namespace {

constexpr int kBin = 4;
constexpr int kBins = 256 / kBin;
constexpr int kLookAlike = 60, kWithinShot = 70;

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
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const double background_share = (unrelated[bin] + 3) / all_unrelated;
    const double copy_share =
        (1 - kUnlike) * related[bin] / all_related + kUnlike * background_share;
    log_ratio.push_back(std::log(copy_share / background_share));
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
  constexpr std::size_t kStep = 4;  // 1 s
  LookAlikes found;
  std::vector<std::pair<double, double>> pairs;  // gain, moved
  for (const Frames& clip : clips) {
    const auto& f = clip.frames;
    for (std::size_t shift = 2 * kStep; shift < f.size(); shift += kStep) {
      for (std::size_t i = kStep; i + shift < f.size(); i += kStep) {
        const PdqHash &q = hash(f[i]), &before = hash(f[i - kStep]);
        const PdqHash &r = hash(f[i + shift]), &r_before = hash(f[i + shift - kStep]);
        const int moved = distance(r, r_before), query_moved = distance(q, before);
        if (distance(q, r) > kLookAlike || std::min(moved, query_moved) <= unchanged ||
            std::max(moved, query_moved) > kWithinShot) {
          continue;
        }
        const double gain = distance(q, r_before) - distance(q, r);
        pairs.emplace_back(gain, moved);
        found.mean += gain / moved;
        found.variance += gain * gain / moved;
      }
    }
  }
  const auto n = static_cast<double>(pairs.size());
  found.pairs = static_cast<std::int64_t>(pairs.size());
  found.mean /= n;
  found.variance /= n;
  found.nats_per_bit = 1 / found.variance;
  for (const auto& [gain, moved] : pairs) {
    found.expectation += std::exp(found.nats_per_bit * 0.7 * (gain - 0.35 * moved)) / n;
  }
  return found;
}

}  // namespace staydown::calibrate
