// Many sketches, laid out so that eight are compared with a query at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hamming.h"
#include "index/sketch.h"

namespace staydown::index {

// Positions of rows, one behind the other.
struct RowRange {
  std::uint32_t begin = 0, end = 0;
};

// The words of eight rows lie side by side, so that a comparison moves nothing between the lanes of
// a register: where the processor counts bits in vectors (AVX-512 VPOPCNTDQ) it takes a third of
// what rows one after the other take (hamming.h); docs/decisions/0005-index.md. Immutable but for
// `set`; reading is thread-safe.
class SketchRows {
 public:
  explicit SketchRows(std::size_t rows) : eights_((rows + 7) / 8), size_(rows) {}
  explicit SketchRows(std::span<const Sketch> rows);

  void set(std::size_t row, const Sketch& sketch);
  Sketch operator[](std::size_t row) const;
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return eights_.size() * sizeof(Eight); }

  // Appends those of the range whose distance to `query` is at most `radius`, ascending.
  void scan(const Sketch& query, RowRange range, int radius,
            std::vector<std::uint32_t>& found) const;

  // The row of the range, which is not empty, that is nearest to `query`; of several the first.
  RowDistance nearest(const Sketch& query, RowRange range) const;

  // Asks for the range's memory ahead of a scan.
  void prefetch(RowRange range) const;

  // How the routines for this processor see the rows.
  struct alignas(64) Eight {
    std::array<std::array<std::uint64_t, 8>, 4> words{};  // word by word, row by row
  };

 private:
  std::vector<Eight> eights_;
  std::size_t size_;
};

}  // namespace staydown::index
