#include "calibrate/replay.h"

#include <algorithm>

namespace staydown::calibrate {

std::vector<Hit> neighbours(const Moment& moment, const ReferenceTimelinePtr& reference,
                            const index::SearchOptions& options) {
  std::vector<Hit> hits;
  for (std::uint32_t view = 0; view < moment.size(); ++view) {
    const auto first = hits.size();
    const bool hash = kind_of(moment[view].value) == DescriptorKind::kPdq;
    const float radius = hash ? static_cast<float>(options.pdq_radius) : options.embedding_radius;
    for (std::uint32_t e = 0; e < reference->entries.size(); ++e) {
      const ReferenceEntry& entry = reference->entries[e];
      if (entry.generic || !comparable(moment[view].view, entry.view)) continue;
      const float d = distance(moment[view], entry.value);
      if (d <= radius) hits.push_back({view, reference, e, d});
    }
    std::stable_sort(hits.begin() + static_cast<std::ptrdiff_t>(first), hits.end(),
                     [](const Hit& a, const Hit& b) { return a.distance < b.distance; });
  }
  return hits;
}

matching::Observation observed(const Moment& moment, const std::vector<Hit>& hits,
                               const ReferenceSet& enforced) {
  const MediaTime now = moment.front().time;
  return {.on_air = {now, now + std::chrono::seconds(1)},
          .descriptors = moment,
          .hits = hits,
          .references = enforced};
}

}  // namespace staydown::calibrate
