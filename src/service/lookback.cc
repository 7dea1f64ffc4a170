#include "service/lookback.h"

#include <algorithm>
#include <map>
#include <utility>

#include "matching/frame_score.h"

namespace staydown::service {
namespace {

static_assert(sizeof(Descriptor) == 64, "docs/operations.md tells its size");

std::vector<Hit> search_all(std::span<const std::shared_ptr<const index::IndexSnapshot>> came,
                            const std::vector<Descriptor>& descriptors,
                            const index::SearchOptions& search) {
  std::vector<Hit> hits;
  for (const auto& references : came) {
    std::ranges::move(references->search(descriptors, search), std::back_inserter(hits));
  }
  std::ranges::stable_sort(hits, {}, &Hit::descriptor);
  return hits;
}

}  // namespace

void StreamPast::remember(const Interval& on_air, const std::vector<Descriptor>& descriptors,
                          MediaTime lookback) {
  if (!segments.empty() && on_air.begin < segments.back().on_air.begin) segments.clear();
  Seen seen{on_air, {}};
  std::ranges::copy_if(descriptors, std::back_inserter(seen.descriptors),
                       [](const Descriptor& d) { return d.quality >= matching::kMinQuality; });
  segments.push_back(std::move(seen));
  std::size_t count = 0;
  for (const auto& segment : segments) count += segment.descriptors.size();
  while (!segments.empty() &&
         (on_air.end - segments.front().on_air.begin > lookback || count > kMostPastViews)) {
    count -= segments.front().descriptors.size();
    segments.pop_front();
  }
}

std::vector<Match> look_back(const StreamPast& past,
                             std::span<const std::shared_ptr<const index::IndexSnapshot>> came,
                             const ReferenceSet& enforced, const index::SearchOptions& search,
                             matching::StreamTracker& tracker) {
  std::map<std::pair<ReferenceId, MediaTime>, Match> latest;
  for (const auto& [on_air, descriptors] : past.segments) {
    const auto hits = search_all(came, descriptors, search);
    const auto matches = tracker.update(
        {.on_air = on_air, .descriptors = descriptors, .hits = hits, .references = enforced});
    for (const auto& match : matches) {
      latest.insert_or_assign({match.reference->info.id, match.query.begin}, match);
    }
  }
  std::vector<Match> matches;
  for (auto& [key, match] : latest) matches.push_back(std::move(match));
  return matches;
}

}  // namespace staydown::service
