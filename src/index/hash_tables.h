// Sub-linear search of PDQ hashes: each hash lies in several hash tables, under some of its bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "index/hamming.h"

namespace staydown::index {

// Multi-index hashing (Norouzi, Punjani, Fleet: "Fast search in Hamming space with multi-index
// hashing", CVPR 2012) with keys wider than their proof of exactness allows: `tables` tables of
// 2^`key_bits` buckets, the key of a table being that many of the hash's bits.
struct HashLayout {
  int tables = 0;
  int key_bits = 0;  // 1-30
};

// The layout that finds more than 99 % of the neighbours within 31 bits at the least cost; measured
// in bench/results/2026-11-22-index.md.
HashLayout layout_for(std::size_t rows);

// Rows that a query looks at, in one bucket and in all. Frames that are alike beyond these numbers
// (a static scene, a video that is in the bank many times) cannot slow every search that meets
// them; as all of them are close, those that are looked at are as good as the rest.
inline constexpr std::size_t kBucketLimit = 2048, kQueryLimit = 32768;

// Knows rows by their numbers only; the hashes stay with the caller. Immutable and thread-safe.
class HashTables {
 public:
  HashTables(std::span<const PdqHash> rows, HashLayout layout);

  // Appends the rows within `radius` that share a key of `query`, or all but one bit of it, in
  // order of row. `rows` are those that the tables were made of.
  void search(const PdqHash& query, std::span<const PdqHash> rows, int radius,
              std::vector<RowDistance>& found) const;

  std::size_t bytes() const;

 private:
  struct Table {
    std::vector<std::uint8_t> positions;  // of the key's bits in the hash
    std::vector<std::uint32_t> begins;    // of each bucket in `rows`, and the end of the last
    std::vector<std::uint32_t> rows;      // bucket by bucket, ascending
    std::uint32_t key_of(const PdqHash& hash) const;
  };
  std::vector<Table> tables_;
};

}  // namespace staydown::index
