#include "calibrate/curve.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "calibrate/poisson.h"

namespace staydown::calibrate {
namespace {

constexpr int kBin = 4;
constexpr int kBins = 256 / kBin;
// Background pairs that the first bin must hold.
constexpr double kResolved = 3;

std::size_t bits(const Descriptor& query, const DescriptorValue& stored) {
  const double distance_in_bits =
      staydown::distance(query, stored) * bits_per_unit(kind_of(query.value));
  return static_cast<std::size_t>(
      std::clamp(std::lround(distance_in_bits), 0L, static_cast<long>(kDistances - 1)));
}

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

namespace {

using Descriptors = std::vector<const Descriptor*>;

void count_pairs(const Descriptors& queries, const Descriptors& stored, Histogram& histogram) {
  for (const Descriptor* one : stored) {
    for (const Descriptor* query : queries) ++histogram[bits(*query, one->value)];
  }
}

// Those of the kind and of the region, if one is named.
Descriptors described(std::span<const Descriptor> frames, DescriptorKind kind,
                      std::optional<int> region = {}) {
  Descriptors chosen;
  for (const Descriptor& descriptor : frames) {
    if (kind_of(descriptor.value) != kind) continue;
    if (!region || descriptor.region == *region) chosen.push_back(&descriptor);
  }
  return chosen;
}

Histogram unrelated_hashes(const std::vector<Frames>& images) {
  Histogram histogram{};
  std::vector<Descriptors> sources;
  for (const Frames& source : images) {
    const Descriptors hashes = described(source.frames, DescriptorKind::kPdq);
    for (const Descriptors& before : sources) count_pairs(hashes, before, histogram);
    sources.push_back(hashes);
  }
  return histogram;
}

Histogram unrelated_embeddings(const Corpus& corpus) {
  constexpr DescriptorKind kEmbedding = DescriptorKind::kEmbedding;
  Histogram histogram{};
  std::vector<Descriptors> sources;
  for (const Frames& source : corpus.images) {
    sources.push_back(described(source.frames, kEmbedding, 0));
  }
  std::vector<Descriptors> clips;  // a frame a second, all regions
  for (const Frames& clip : corpus.clips) {
    Descriptors& queries = clips.emplace_back();
    for (const Moment& moment : moments(clip.frames, std::chrono::seconds(1))) {
      std::ranges::copy(described(moment, kEmbedding), std::back_inserter(queries));
    }
  }
  for (const Descriptors& queries : clips) {
    for (const Descriptors& source : sources) count_pairs(queries, source, histogram);
    for (const Descriptors& other : clips) {
      if (&other == &queries) continue;
      Descriptors whole;
      std::ranges::copy_if(other, std::back_inserter(whole),
                           [](const Descriptor* one) { return one->region == 0; });
      count_pairs(queries, whole, histogram);
    }
  }
  return histogram;
}

}  // namespace

Histogram unrelated_pairs(const Corpus& corpus, DescriptorKind kind) {
  return kind == DescriptorKind::kPdq ? unrelated_hashes(corpus.images)
                                      : unrelated_embeddings(corpus);
}

Histogram copied_pairs(const Corpus& corpus, DescriptorKind kind) {
  Histogram histogram{};
  const Timelines timelines = timelines_of(corpus);
  for (const Copy& copy : corpus.copies) {
    if (!calibrates(copy.clip) || !copy.held_to(kind)) continue;
    for (const Moment& moment : moments(copy.frames, std::chrono::seconds(1))) {
      const double at = copy.speed * seconds(moment.front().time) + copy.offset;
      std::size_t closest = kDistances;
      for (const Descriptor& view : moment) {
        if (view.view != View::kFull || kind_of(view.value) != kind) continue;
        for (const ReferenceEntry& entry : timelines.at(copy.clip)->entries) {
          if (entry.generic || entry.view != View::kFull || kind_of(entry.value) != kind) continue;
          if (seconds(entry.time) - 0.25 > at || seconds(entry.end) < at) continue;
          closest = std::min(closest, bits(view, entry.value));
        }
      }
      if (closest < kDistances) ++histogram[closest];
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
