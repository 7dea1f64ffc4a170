// One state of the index: its blocks, and which of their references are still enforced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "index/block.h"
#include "index/reference_index.h"

namespace staydown::index {

// Entries of a hot block, at most; scanned for every query. A change costs making it anew.
inline constexpr std::size_t kHotEntries = 8192;

// A block and its tombstones.
struct LiveBlock {
  std::shared_ptr<const Block> block;
  std::shared_ptr<const std::vector<bool>> dead;  // by slot
};

// Copied, changed and published by ReferenceIndex; immutable from then on. A reference of `live` is
// searched in exactly one block.
struct BlockSnapshot final : IndexSnapshot {
  std::vector<Hit> search(std::span<const Descriptor> descriptors,
                          const SearchOptions& options) const override;
  const ReferenceSet& references() const override { return live; }
  std::size_t entries() const override { return live_entries; }
  std::uint64_t version() const override { return changes; }

  void enforce(ReferenceTimelinePtr reference);  // instead of what has the same id
  void forget(const ReferenceId& id);

  // Makes the blocks agree with `live`: what is not live gets a tombstone, what lies in no sealed
  // block goes into a new hot one, which is sealed once it is large. After changes to `live` or
  // `sealed`, and before the state is published.
  void settle();

  ReferenceSet live;
  std::size_t live_entries = 0;
  std::uint64_t changes = 0;
  std::vector<LiveBlock> sealed;  // largest first; merged in the background
  LiveBlock hot;                  // made anew by every change, so without tombstones
};

}  // namespace staydown::index
