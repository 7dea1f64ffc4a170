// The entries of some references, laid out for search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"
#include "index/embedding_rows.h"
#include "index/hash_tables.h"
#include "index/reference_index.h"

namespace staydown::index {

// What a block found. `reference` points into the block.
struct BlockHit {
  const ReferenceTimelinePtr* reference = nullptr;
  std::uint32_t entry = 0;
  float distance = 0;
};

// Hashes of a block that is searched exactly, at most. A scan of so many costs as much as the rest
// of a frame's matching; see bench/results/2026-11-22-index.md.
inline constexpr std::size_t kScannedHashes = 32768;

// Immutable and thread-safe; keeps its references alive. Up to kExactEmbeddings embeddings and
// kScannedHashes hashes are searched exactly, more by an InvertedFile and by HashTables. A
// reference's slot is its position among those that the block was made of. Generic entries are left
// out.
class Block {
 public:
  explicit Block(std::vector<ReferenceTimelinePtr> references);

  // Appends the hits of descriptor i to `hits[i]`: those in slots that are not dead, in any order,
  // the closest `max_hits` among them and maybe more. `dead` has one element per slot.
  void search(std::span<const Descriptor> descriptors, const SearchOptions& options,
              const std::vector<bool>& dead, std::span<std::vector<BlockHit>> hits) const;

  const std::vector<ReferenceTimelinePtr>& references() const { return references_; }
  std::size_t entries() const;  // that can be found
  std::size_t bytes() const;    // beside the references

 private:
  // Where each row of one kind comes from.
  class Origins {
   public:
    void add(std::uint32_t slot, std::uint32_t entry);
    std::uint32_t slot(std::uint32_t row) const;
    std::uint32_t entry(std::uint32_t row) const { return entries_[row]; }
    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const;
    void shrink_to_fit();

   private:
    struct Run {
      std::uint32_t first_row, slot;
    };
    std::vector<Run> runs_;  // ascending
    std::vector<std::uint32_t> entries_;
  };
  struct Embeddings {
    EmbeddingRows rows;
    Origins origins;
  };

  void search_hashes(const PdqHash& query, const SearchOptions& options,
                     const std::vector<bool>& dead, std::vector<BlockHit>& hits) const;
  void search_embeddings(const Embeddings& embeddings, std::span<const Descriptor> descriptors,
                         const SearchOptions& options, const std::vector<bool>& dead,
                         std::span<std::vector<BlockHit>> hits) const;
  void measure(const Embeddings& embeddings, const Descriptor& query, const SearchOptions& options,
               const std::vector<bool>& dead, std::span<NearRow> near,
               std::vector<BlockHit>& hits) const;

  std::vector<ReferenceTimelinePtr> references_;
  std::vector<PdqHash> hashes_;
  Origins hash_origins_;
  std::optional<HashTables> tables_;    // absent while the hashes are few enough to be scanned
  std::vector<Embeddings> embeddings_;  // one for each size
};

}  // namespace staydown::index
