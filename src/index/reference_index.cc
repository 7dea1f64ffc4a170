#include "index/reference_index.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "index/merging.h"
#include "index/snapshot.h"

namespace staydown::index {
namespace {

// Weight 110 against a worker's 1024 (sched(7)): the merge goes on under full load, barely felt.
constexpr int kBuilderNice = 10;
constexpr auto kReclaimInterval = std::chrono::milliseconds(100);

using Blocks = std::vector<std::shared_ptr<const Block>>;

Blocks blocks_worth_merging(const BlockSnapshot& state) {
  std::vector<BlockSize> sizes;
  for (const LiveBlock& part : state.sealed) {
    BlockSize size;
    for (std::size_t slot = 0; slot < part.dead->size(); ++slot) {
      ((*part.dead)[slot] ? size.dead : size.live) +=
          part.block->references()[slot]->entries.size();
    }
    sizes.push_back(size);
  }
  Blocks blocks;
  for (const std::size_t i : blocks_to_merge(sizes)) blocks.push_back(state.sealed[i].block);
  return blocks;
}

bool contains(const Blocks& blocks, const std::shared_ptr<const Block>& block) {
  return std::find(blocks.begin(), blocks.end(), block) != blocks.end();
}

std::vector<ReferenceTimelinePtr> live_references(const BlockSnapshot& state,
                                                  const Blocks& blocks) {
  std::vector<ReferenceTimelinePtr> references;
  for (const LiveBlock& part : state.sealed) {
    if (!contains(blocks, part.block)) continue;
    for (std::size_t slot = 0; slot < part.dead->size(); ++slot) {
      if (!(*part.dead)[slot]) references.push_back(part.block->references()[slot]);
    }
  }
  return references;
}

}  // namespace

std::shared_ptr<const IndexSnapshot> snapshot_of(std::vector<ReferenceTimelinePtr> references) {
  auto state = std::make_shared<BlockSnapshot>();
  for (auto& reference : references) state->enforce(std::move(reference));
  state->settle();
  return state;
}

class ReferenceIndex::Impl {
 public:
  Impl() {
    BlockSnapshot empty;
    empty.settle();
    publish(std::move(empty));
    builder_ = std::jthread([this](const std::stop_token& stop) { build(stop); });
  }

  std::shared_ptr<const BlockSnapshot> snapshot() const {
    const std::lock_guard lock(publishing_);
    return published_;
  }

  // `edit` changes what is live.
  template <typename Edit>
  void change(Edit edit) {
    {
      const std::lock_guard lock(changing_);
      BlockSnapshot state = *snapshot();
      edit(state);
      ++state.changes;
      state.settle();
      publish(std::move(state));
    }
    changed_.notify_one();
  }

 private:
  void publish(BlockSnapshot state) {
    auto next = std::make_shared<const BlockSnapshot>(std::move(state));
    const std::lock_guard lock(publishing_);
    published_.swap(next);  // what was published is freed after the lock
  }

  void build(const std::stop_token& stop) {
    setpriority(PRIO_PROCESS, 0, kBuilderNice);  // 0: this thread (Linux, see setpriority(2))
    while (!stop.stop_requested()) {
      Blocks merged;
      {
        std::unique_lock lock(changing_);
        const auto ready = [&] { return !(merged = blocks_worth_merging(*snapshot())).empty(); };
        if (retired_.empty()) {
          changed_.wait(lock, stop, ready);
        } else {
          changed_.wait_for(lock, stop, kReclaimInterval, ready);
        }
      }
      reclaim();
      if (!merged.empty()) merge(std::move(merged));
    }
  }

  void merge(Blocks merged) {
    const auto block =
        std::make_shared<const Block>(live_references(*snapshot(), merged));  // the long part
    const std::lock_guard lock(changing_);
    BlockSnapshot state = *snapshot();
    std::erase_if(state.sealed,
                  [&](const LiveBlock& part) { return contains(merged, part.block); });
    state.sealed.push_back({block, nullptr});
    state.settle();
    publish(std::move(state));
    std::move(merged.begin(), merged.end(), std::back_inserter(retired_));
  }

  // A merged block is freed here, not by the reader that is last to let it go: for a large bank
  // that takes longer than a search.
  void reclaim() {
    std::erase_if(retired_, [](const auto& block) { return block.use_count() == 1; });
  }

  // Held for the copy of a pointer only. std::atomic<std::shared_ptr> does the same with a lock
  // bit, which libstdc++ 12 releases in `load` without the ordering that ThreadSanitizer asks for.
  mutable std::mutex publishing_;
  std::shared_ptr<const BlockSnapshot> published_;
  std::mutex changing_;
  std::condition_variable_any changed_;
  Blocks retired_;  // the builder's own
  std::jthread builder_;
};

ReferenceIndex::ReferenceIndex() : impl_(std::make_unique<Impl>()) {}
ReferenceIndex::~ReferenceIndex() = default;

std::shared_ptr<const IndexSnapshot> ReferenceIndex::snapshot() const { return impl_->snapshot(); }

void ReferenceIndex::add(std::vector<ReferenceTimelinePtr> references) {
  impl_->change([&](BlockSnapshot& state) {
    for (auto& reference : references) state.enforce(std::move(reference));
  });
}

void ReferenceIndex::remove(std::span<const ReferenceId> ids) {
  impl_->change([&](BlockSnapshot& state) {
    for (const auto& id : ids) state.forget(id);
  });
}

}  // namespace staydown::index
