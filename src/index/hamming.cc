#include "index/hamming.h"

namespace staydown::index {
namespace {

using Scan = void(const PdqHash&, std::span<const PdqHash>, int, std::vector<RowDistance>&);

[[gnu::always_inline]] inline void scan_rows(const PdqHash& query, std::span<const PdqHash> rows,
                                             int radius, std::vector<RowDistance>& found) {
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    const int bits = distance(query, rows[row]);
    if (bits <= radius) found.push_back({row, bits});
  }
}

void scan_portable(const PdqHash& query, std::span<const PdqHash> rows, int radius,
                   std::vector<RowDistance>& found) {
  scan_rows(query, rows, radius, found);
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] void scan_popcnt(const PdqHash& query, std::span<const PdqHash> rows,
                                           int radius, std::vector<RowDistance>& found) {
  scan_rows(query, rows, radius, found);
}

Scan* fastest_scan() { return __builtin_cpu_supports("popcnt") ? scan_popcnt : scan_portable; }
#else
Scan* fastest_scan() { return scan_portable; }
#endif

}  // namespace

void scan(const PdqHash& query, std::span<const PdqHash> rows, int radius,
          std::vector<RowDistance>& found) {
  static Scan* const fastest = fastest_scan();
  fastest(query, rows, radius, found);
}

}  // namespace staydown::index
