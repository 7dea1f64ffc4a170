#include "index/hamming.h"

#include <algorithm>

namespace staydown::index {
namespace {

using Scan = void(const PdqHash&, std::span<const PdqHash>, int, std::vector<RowDistance>&);
using ScanSome = void(const PdqHash&, std::span<const PdqHash>, std::span<const std::uint32_t>, int,
                      std::vector<RowDistance>&);

// Rows asked for ahead of their comparison; see bench/results/2026-11-22-index.md.
constexpr std::size_t kAhead = 24;

[[gnu::always_inline]] inline void scan_rows(const PdqHash& query, std::span<const PdqHash> rows,
                                             int radius, std::vector<RowDistance>& found) {
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    const int bits = distance(query, rows[row]);
    if (bits <= radius) found.push_back({row, bits});
  }
}

[[gnu::always_inline]] inline void scan_chosen(const PdqHash& query, std::span<const PdqHash> rows,
                                               std::span<const std::uint32_t> chosen, int radius,
                                               std::vector<RowDistance>& found) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    __builtin_prefetch(&rows[chosen[std::min(i + kAhead, chosen.size() - 1)]]);
    const int bits = distance(query, rows[chosen[i]]);
    if (bits <= radius) found.push_back({chosen[i], bits});
  }
}

void scan_portable(const PdqHash& query, std::span<const PdqHash> rows, int radius,
                   std::vector<RowDistance>& found) {
  scan_rows(query, rows, radius, found);
}

void scan_some_portable(const PdqHash& query, std::span<const PdqHash> rows,
                        std::span<const std::uint32_t> chosen, int radius,
                        std::vector<RowDistance>& found) {
  scan_chosen(query, rows, chosen, radius, found);
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] void scan_popcnt(const PdqHash& query, std::span<const PdqHash> rows,
                                           int radius, std::vector<RowDistance>& found) {
  scan_rows(query, rows, radius, found);
}

[[gnu::target("popcnt")]] void scan_some_popcnt(const PdqHash& query, std::span<const PdqHash> rows,
                                                std::span<const std::uint32_t> chosen, int radius,
                                                std::vector<RowDistance>& found) {
  scan_chosen(query, rows, chosen, radius, found);
}

const bool kPopcnt = __builtin_cpu_supports("popcnt");
Scan* const kScan = kPopcnt ? scan_popcnt : scan_portable;
ScanSome* const kScanSome = kPopcnt ? scan_some_popcnt : scan_some_portable;
#else
Scan* const kScan = scan_portable;
ScanSome* const kScanSome = scan_some_portable;
#endif

}  // namespace

void scan(const PdqHash& query, std::span<const PdqHash> rows, int radius,
          std::vector<RowDistance>& found) {
  kScan(query, rows, radius, found);
}

void scan_some(const PdqHash& query, std::span<const PdqHash> rows,
               std::span<const std::uint32_t> chosen, int radius, std::vector<RowDistance>& found) {
  kScanSome(query, rows, chosen, radius, found);
}

}  // namespace staydown::index
