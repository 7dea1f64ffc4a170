// Nearest stored frames of query descriptors, over all enforced references.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/hit.h"
#include "core/reference.h"

namespace staydown::index {

struct SearchOptions {
  // PDQ hits have at most this Hamming distance. A banner of 14 % of the height moves a frame by
  // 34-60 bits; of 166 million pairs of unrelated photographs none is nearer than this
  // (docs/decisions/0007-matching.md).
  int pdq_radius = 48;
  // Embedding hits have at most this distance (1 - cosine), the query's commonness added. Of pairs
  // of unrelated pictures one in a million is as near (docs/decisions/0010-learned-descriptor.md).
  float embedding_radius = 0.8F;
  int max_hits = 32;  // per descriptor, closest first
  // Descriptors of lower quality find nothing, and hashes of lower quality are not found. 50 is
  // where PDQ's authors let a hash say something (ThreatExchange, pdq/README.md, "quality").
  int min_pdq_quality = 50;
};

// One state of the index. Immutable and thread-safe; holding it keeps its references alive.
class IndexSnapshot {
 public:
  virtual ~IndexSnapshot() = default;

  // Hits of all descriptors, ordered by descriptor, then distance, then reference id and entry, so
  // that the answer does not depend on how the index is laid out. Generic entries are never
  // returned. Descriptors meet entries of their own kind and size only.
  virtual std::vector<Hit> search(std::span<const Descriptor> descriptors,
                                  const SearchOptions& options) const = 0;
  virtual const ReferenceSet& references() const = 0;
  virtual std::size_t entries() const = 0;    // of all references, without the generic ones
  virtual std::uint64_t version() const = 0;  // grows with every change
};

// An index of these references that never changes. Of more than kScannedHashes (block.h) entries it
// takes a microsecond for each hash to make, of more than kExactEmbeddings some for each embedding.
std::shared_ptr<const IndexSnapshot> snapshot_of(std::vector<ReferenceTimelinePtr> references);

// The index that workers share. `snapshot` never blocks on a change; changes come from one thread
// at a time. A base (exact while small, sub-linear beyond; see docs/decisions/0005-index.md) is
// rebuilt by one low-priority thread and swapped; additions since then lie in a small exact delta,
// removals in tombstones, so that both are visible as soon as the call returns.
class ReferenceIndex {
 public:
  ReferenceIndex();
  ~ReferenceIndex();

  std::shared_ptr<const IndexSnapshot> snapshot() const;

  // Replaces what was there under the same ids.
  void add(std::vector<ReferenceTimelinePtr> references);
  void remove(std::span<const ReferenceId> ids);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::index
