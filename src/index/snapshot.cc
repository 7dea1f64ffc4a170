#include "index/snapshot.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace staydown::index {
namespace {

bool before(const BlockHit& a, const BlockHit& b) {
  const ReferenceTimeline& left = **a.reference;
  const ReferenceTimeline& right = **b.reference;
  return std::tie(a.distance, left.info.id.value, a.entry) <
         std::tie(b.distance, right.info.id.value, b.entry);
}

std::size_t searchable(const ReferenceTimeline& reference) {
  return static_cast<std::size_t>(std::count_if(reference.entries.begin(), reference.entries.end(),
                                                [](const auto& entry) { return !entry.generic; }));
}

}  // namespace

std::vector<Hit> BlockSnapshot::search(std::span<const Descriptor> descriptors,
                                       const SearchOptions& options) const {
  std::vector<std::vector<BlockHit>> found(descriptors.size());
  for (const LiveBlock& part : sealed) part.block->search(descriptors, options, *part.dead, found);
  hot.block->search(descriptors, options, *hot.dead, found);

  std::vector<Hit> hits;
  for (std::uint32_t i = 0; i < found.size(); ++i) {
    auto& near = found[i];
    const auto kept =
        std::min(near.size(), static_cast<std::size_t>(std::max(options.max_hits, 0)));
    const auto middle = near.begin() + static_cast<std::ptrdiff_t>(kept);
    std::partial_sort(near.begin(), middle, near.end(), before);
    for (auto hit = near.begin(); hit != middle; ++hit) {
      hits.push_back({i, *hit->reference, hit->entry, hit->distance});
    }
  }
  return hits;
}

void BlockSnapshot::enforce(ReferenceTimelinePtr reference) {
  forget(reference->info.id);
  live_entries += searchable(*reference);
  const ReferenceId& id = reference->info.id;
  live.emplace(id, std::move(reference));
}

void BlockSnapshot::forget(const ReferenceId& id) {
  const auto known = live.find(id);
  if (known == live.end()) return;
  live_entries -= searchable(*known->second);
  live.erase(known);
}

void BlockSnapshot::settle() {
  std::unordered_set<const ReferenceTimeline*> placed;
  for (LiveBlock& part : sealed) {
    const auto& references = part.block->references();
    auto dead = std::make_shared<std::vector<bool>>(references.size());
    for (std::size_t slot = 0; slot < references.size(); ++slot) {
      const auto now = live.find(references[slot]->info.id);
      (*dead)[slot] = now == live.end() || now->second != references[slot];
      if (!(*dead)[slot]) placed.insert(references[slot].get());
    }
    part.dead = std::move(dead);
  }
  std::erase_if(sealed, [](const LiveBlock& part) {
    return std::find(part.dead->begin(), part.dead->end(), false) == part.dead->end();
  });

  std::vector<ReferenceTimelinePtr> rest;
  for (const auto& [id, reference] : live) {
    if (!placed.contains(reference.get())) rest.push_back(reference);
  }
  hot = {std::make_shared<const Block>(rest), std::make_shared<std::vector<bool>>(rest.size())};
  if (hot.block->entries() > kHotEntries) {
    sealed.push_back(hot);
    hot = {std::make_shared<const Block>(std::vector<ReferenceTimelinePtr>{}),
           std::make_shared<std::vector<bool>>()};
  }
  std::stable_sort(sealed.begin(), sealed.end(), [](const LiveBlock& a, const LiveBlock& b) {
    return a.block->entries() > b.block->entries();
  });
}

}  // namespace staydown::index
