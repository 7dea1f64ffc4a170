#include "calibrate/curve.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
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

Histogram unrelated_hashes(const std::vector<Frames>& images) {
  Histogram histogram{};
  const auto hashes_of = [](const Frames& source) {
    std::vector<const Descriptor*> hashes;
    for (const Descriptor& descriptor : source.frames) {
      if (kind_of(descriptor.value) == DescriptorKind::kPdq) hashes.push_back(&descriptor);
    }
    return hashes;
  };
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto queries = hashes_of(images[i]);
    for (std::size_t j = 0; j < i; ++j) {
      for (const Descriptor* stored : hashes_of(images[j])) {
        for (const Descriptor* query : queries) ++histogram[bits(*query, stored->value)];
      }
    }
  }
  return histogram;
}

Histogram unrelated_embeddings(const Corpus& corpus) {
  Histogram histogram{};
  const auto embeddings_of = [](std::span<const Descriptor> views, bool regions) {
    std::vector<const Descriptor*> embeddings;
    for (const Descriptor& descriptor : views) {
      if (kind_of(descriptor.value) != DescriptorKind::kEmbedding) continue;
      if (regions || descriptor.region == 0) embeddings.push_back(&descriptor);
    }
    return embeddings;
  };
  std::vector<const Descriptor*> images;
  for (const Frames& source : corpus.images) {
    std::ranges::copy(embeddings_of(source.frames, false), std::back_inserter(images));
  }
  for (const Frames& clip : corpus.clips) {
    std::vector<const Descriptor*> queries;
    for (const Moment& moment : moments(clip.frames, std::chrono::seconds(1))) {
      std::ranges::copy(embeddings_of(moment, true), std::back_inserter(queries));
    }
    std::vector<const Descriptor*> others = images;
    for (const Frames& other : corpus.clips) {
      if (other.name == clip.name) continue;
      for (const Moment& moment : moments(other.frames, std::chrono::seconds(1))) {
        std::ranges::copy(embeddings_of(moment, false), std::back_inserter(others));
      }
    }
    for (const Descriptor* query : queries) {
      for (const Descriptor* stored : others) ++histogram[bits(*query, stored->value)];
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
  std::map<std::string, ReferenceTimelinePtr> timelines;
  for (const Frames& clip : corpus.clips) timelines[clip.name] = timeline_of(clip);
  for (const Copy& copy : corpus.copies) {
    if (!calibrates(copy.clip) || !(kind == DescriptorKind::kPdq ? copy.hashes : copy.embeddings)) {
      continue;
    }
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
