// Which hashes lie within a radius: the inner loop of every PDQ search.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/descriptor.h"

namespace staydown::index {

struct RowDistance {
  std::uint32_t row = 0;  // position among the hashes that were searched
  int distance = 0;
  bool operator==(const RowDistance&) const = default;
};

// Appends those of `rows` that are at most `radius` away from `query`, in order of row. Uses the
// CPU's population count where it has one. Thread-safe.
void scan(const PdqHash& query, std::span<const PdqHash> rows, int radius,
          std::vector<RowDistance>& found);

// The same for the rows with the numbers `chosen`, in that order.
void scan_some(const PdqHash& query, std::span<const PdqHash> rows,
               std::span<const std::uint32_t> chosen, int radius, std::vector<RowDistance>& found);

}  // namespace staydown::index
