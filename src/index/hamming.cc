#include "index/hamming.h"

#include <algorithm>

#include "index/intrinsics.h"

namespace staydown::index {
namespace {

using Scan = void(const PdqHash&, std::span<const PdqHash>, int, std::vector<RowDistance>&);
using ScanSome = void(const PdqHash&, std::span<const PdqHash>, std::span<const std::uint32_t>, int,
                      std::vector<RowDistance>&);

// Rows asked for ahead of their comparison; see bench/results/2026-11-22-index.md.
constexpr std::size_t kAhead = 24;

[[gnu::always_inline]] inline void scan_rows(const PdqHash& query, std::span<const PdqHash> rows,
                                             int radius, std::vector<RowDistance>& found,
                                             std::size_t begin = 0) {
  for (auto row = static_cast<std::uint32_t>(begin); row < rows.size(); ++row) {
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

// NOLINTBEGIN(portability-simd-intrinsics): there is a portable twin.
// Bits in which two rows differ from the query, by word, four words a row.
[[gnu::target("avx512f,avx512vpopcntdq")]] __m512i differing(__m512i query, const PdqHash* rows) {
  static_assert(sizeof(PdqHash) == 32);
  return _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(rows)));
}

// Eight rows at a time; those eights of which one is near enough, row by row.
[[gnu::target("popcnt,avx512f,avx512vpopcntdq")]] void scan_avx512(
    const PdqHash& query, std::span<const PdqHash> rows, int radius,
    std::vector<RowDistance>& found) {
  const __m512i q =
      _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(&query)));
  const __m512i most = _mm512_set1_epi64(radius);
  const std::size_t eights = rows.size() / 8 * 8;
  for (std::size_t row = 0; row < eights; row += 8) {
    const __m512i a = differing(q, &rows[row]), b = differing(q, &rows[row + 2]),
                  c = differing(q, &rows[row + 4]), d = differing(q, &rows[row + 6]);
    const __m512i ab = _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    const __m512i cd = _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
    const __m512i bits = _mm512_add_epi64(_mm512_shuffle_i64x2(ab, cd, 0b10'00'10'00),
                                          _mm512_shuffle_i64x2(ab, cd, 0b11'01'11'01));
    if (_mm512_cmple_epi64_mask(bits, most) == 0) continue;
    scan_rows(query, rows.first(row + 8), radius, found, row);
  }
  scan_rows(query, rows, radius, found, eights);
}
// NOLINTEND(portability-simd-intrinsics)

const bool kPopcnt = __builtin_cpu_supports("popcnt");
const bool kAvx512 =
    kPopcnt && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq");
Scan* const kScan = kAvx512 ? scan_avx512 : kPopcnt ? scan_popcnt : scan_portable;
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
