#include "service/arrivals.h"

#include <algorithm>
#include <utility>

namespace staydown::service {
namespace {

// In order of id, so that the same references are left out wherever there are too many.
std::vector<ReferenceTimelinePtr> fresh(const ReferenceSet& now, const ReferenceSet& before) {
  std::vector<ReferenceTimelinePtr> found;
  for (const auto& [id, reference] : now) {
    const auto known = before.find(id);
    const bool same = known != before.end() && known->second->generation == reference->generation;
    if (!same) found.push_back(reference);
  }
  std::ranges::sort(found, {}, [](const auto& reference) { return reference->info.id; });
  return found;
}

}  // namespace

std::size_t Arrivals::note(std::shared_ptr<const index::IndexSnapshot> now,
                           std::chrono::steady_clock::time_point at) {
  const std::scoped_lock lock(mutex_);
  if (latest_ && now->version() <= latest_->version()) return 0;
  const auto before = std::exchange(latest_, std::move(now));
  while (!arrivals_.empty() && at - arrivals_.front().at > kept_) arrivals_.pop_front();
  if (!before) return 0;
  std::size_t room = most_frames_;
  for (const auto& arrival : arrivals_) room -= arrival.frames;
  auto came = fresh(latest_->references(), before->references());
  Arrival arrival{latest_->version(), at, 0, {}};
  const auto too_many = std::erase_if(came, [&](const ReferenceTimelinePtr& reference) {
    if (reference->entries.size() > room) return true;
    room -= reference->entries.size();
    arrival.frames += reference->entries.size();
    return false;
  });
  if (came.empty()) return too_many;
  arrival.references = index::snapshot_of(std::move(came));
  arrivals_.push_back(std::move(arrival));
  return too_many;
}

std::vector<std::shared_ptr<const index::IndexSnapshot>> Arrivals::between(std::uint64_t after,
                                                                           std::uint64_t to) const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<const index::IndexSnapshot>> found;
  for (const auto& arrival : arrivals_) {
    if (arrival.version > after && arrival.version <= to) found.push_back(arrival.references);
  }
  return found;
}

}  // namespace staydown::service
