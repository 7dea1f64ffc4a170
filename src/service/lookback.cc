#include "service/lookback.h"

#include <algorithm>
#include <map>

#include "matching/frame_score.h"

namespace staydown::service {
namespace {

// Bounds the memory of a stream that is sampled densely for long; 64 bytes each and the value.
constexpr std::size_t kMostDescriptors = 4096;

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
         (on_air.end - segments.front().on_air.begin > lookback || count > kMostDescriptors)) {
    count -= segments.front().descriptors.size();
    segments.pop_front();
  }
}

void Arrivals::note(std::shared_ptr<const index::IndexSnapshot> now,
                    std::chrono::steady_clock::time_point at) {
  while (!arrivals_.empty() && at - arrivals_.front().at > kept_) arrivals_.pop_front();
  const auto before = std::exchange(latest_, std::move(now));
  if (!before || before->version() == latest_->version()) return;
  std::vector<ReferenceTimelinePtr> fresh;
  for (const auto& [id, reference] : latest_->references()) {
    const auto known = before->references().find(id);
    const bool same =
        known != before->references().end() && known->second->generation == reference->generation;
    if (!same) fresh.push_back(reference);
  }
  if (fresh.empty()) return;
  index::ReferenceIndex index;
  index.add(std::move(fresh));
  arrivals_.push_back({latest_->version(), at, index.snapshot()});
}

std::vector<std::shared_ptr<const index::IndexSnapshot>> Arrivals::after(
    std::uint64_t version) const {
  std::vector<std::shared_ptr<const index::IndexSnapshot>> found;
  for (const auto& arrival : arrivals_) {
    if (arrival.version > version) found.push_back(arrival.references);
  }
  return found;
}

std::vector<Match> look_back(const StreamPast& past, const index::IndexSnapshot& arrived,
                             const index::SearchOptions& search, matching::StreamTracker& tracker) {
  std::map<std::pair<ReferenceId, MediaTime>, Match> latest;
  for (const auto& [on_air, descriptors] : past.segments) {
    const auto hits = arrived.search(descriptors, search);
    const auto matches = tracker.update({.on_air = on_air,
                                         .descriptors = descriptors,
                                         .hits = hits,
                                         .references = arrived.references()});
    for (const auto& match : matches) {
      latest.insert_or_assign({match.reference->info.id, match.query.begin}, match);
    }
  }
  std::vector<Match> matches;
  for (auto& [key, match] : latest) matches.push_back(std::move(match));
  return matches;
}

}  // namespace staydown::service
