#include "index/sketch_rows.h"

#include <algorithm>
#include <bit>

#include "index/intrinsics.h"

namespace staydown::index {
namespace {

using Eight = SketchRows::Eight;
using Scan = void(const Sketch&, const Eight*, RowRange, int, std::vector<std::uint32_t>&);
using Nearest = RowDistance(const Sketch&, const Eight*, RowRange);

[[gnu::always_inline]] inline int bits_between(const Sketch& query, const Eight* eights,
                                               std::uint32_t row) {
  int bits = 0;
  for (std::size_t word = 0; word < query.words.size(); ++word) {
    bits += std::popcount(query.words[word] ^ eights[row / 8].words[word][row % 8]);
  }
  return bits;
}

[[gnu::always_inline]] inline void scan_rows(const Sketch& query, const Eight* eights,
                                             RowRange range, int radius,
                                             std::vector<std::uint32_t>& found) {
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    if (bits_between(query, eights, row) <= radius) found.push_back(row);
  }
}

[[gnu::always_inline]] inline RowDistance nearest_row(const Sketch& query, const Eight* eights,
                                                      RowRange range) {
  RowDistance nearest{.row = range.begin, .distance = kSketchBits + 1};
  for (std::uint32_t row = range.begin; row < range.end; ++row) {
    const int bits = bits_between(query, eights, row);
    if (bits < nearest.distance) nearest = {row, bits};
  }
  return nearest;
}

void scan_portable(const Sketch& query, const Eight* eights, RowRange range, int radius,
                   std::vector<std::uint32_t>& found) {
  scan_rows(query, eights, range, radius, found);
}

RowDistance nearest_portable(const Sketch& query, const Eight* eights, RowRange range) {
  return nearest_row(query, eights, range);
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] void scan_popcnt(const Sketch& query, const Eight* eights, RowRange range,
                                           int radius, std::vector<std::uint32_t>& found) {
  scan_rows(query, eights, range, radius, found);
}

[[gnu::target("popcnt")]] RowDistance nearest_popcnt(const Sketch& query, const Eight* eights,
                                                     RowRange range) {
  return nearest_row(query, eights, range);
}

// NOLINTBEGIN(portability-simd-intrinsics): there is a portable twin.
struct Query {
  __m512i words[4];
};

[[gnu::target("avx512f,avx512vpopcntdq")]] inline Query spread(const Sketch& query) {
  Query spread{};
  for (std::size_t word = 0; word < 4; ++word) {
    spread.words[word] = _mm512_set1_epi64(static_cast<long long>(query.words[word]));
  }
  return spread;
}

[[gnu::target("avx512f,avx512vpopcntdq")]] inline __m512i bits_of(const Query& query,
                                                                  const Eight& eight) {
  const auto differing = [&](std::size_t word)
      __attribute__((target("avx512f,avx512vpopcntdq"), always_inline)) {
    return _mm512_popcnt_epi64(
        _mm512_xor_si512(query.words[word], _mm512_load_si512(&eight.words[word])));
  };
  return _mm512_add_epi64(_mm512_add_epi64(differing(0), differing(1)),
                          _mm512_add_epi64(differing(2), differing(3)));
}

// Which rows of an eight are in the range.
inline __mmask8 inside(std::uint32_t eight, RowRange range) {
  unsigned mask = 0xFF;
  if (eight * 8 < range.begin) mask &= 0xFFU << (range.begin - eight * 8);
  if (eight * 8 + 8 > range.end) mask &= 0xFFU >> (eight * 8 + 8 - range.end);
  return static_cast<__mmask8>(mask);
}

[[gnu::target("popcnt,avx512f,avx512vpopcntdq")]] void scan_avx512(
    const Sketch& query, const Eight* eights, RowRange range, int radius,
    std::vector<std::uint32_t>& found) {
  if (range.begin >= range.end) return;
  const Query q = spread(query);
  const __m512i most = _mm512_set1_epi64(radius);
  const std::uint32_t last = (range.end - 1) / 8;
  for (std::uint32_t eight = range.begin / 8; eight <= last; ++eight) {
    unsigned near = _mm512_cmple_epi64_mask(bits_of(q, eights[eight]), most);
    if (near == 0) continue;
    for (near &= inside(eight, range); near != 0; near &= near - 1) {
      found.push_back(eight * 8 + static_cast<std::uint32_t>(std::countr_zero(near)));
    }
  }
}

[[gnu::target("popcnt,avx512f,avx512vpopcntdq")]] RowDistance nearest_avx512(const Sketch& query,
                                                                             const Eight* eights,
                                                                             RowRange range) {
  const Query q = spread(query);
  // Bits above, eight below: the least of these is the nearest row of its lane, and the first.
  __m512i least = _mm512_set1_epi64(-1);
  const std::uint32_t last = (range.end - 1) / 8;
  for (std::uint32_t eight = range.begin / 8; eight <= last; ++eight) {
    const __m512i bits = _mm512_slli_epi64(bits_of(q, eights[eight]), 32);
    least = _mm512_mask_min_epu64(least, inside(eight, range), least,
                                  _mm512_or_si512(bits, _mm512_set1_epi64(eight)));
  }
  alignas(64) std::array<std::uint64_t, 8> lanes{};
  _mm512_store_si512(lanes.data(), least);
  const auto lane =
      static_cast<std::uint32_t>(std::min_element(lanes.begin(), lanes.end()) - lanes.begin());
  return {.row = static_cast<std::uint32_t>(lanes[lane]) * 8 + lane,
          .distance = static_cast<int>(lanes[lane] >> 32U)};
}
// NOLINTEND(portability-simd-intrinsics)

const bool kPopcnt = __builtin_cpu_supports("popcnt");
const bool kAvx512 =
    kPopcnt && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq");
Scan* const kScan = kAvx512 ? scan_avx512 : kPopcnt ? scan_popcnt : scan_portable;
Nearest* const kNearest = kAvx512 ? nearest_avx512 : kPopcnt ? nearest_popcnt : nearest_portable;
#else
Scan* const kScan = scan_portable;
Nearest* const kNearest = nearest_portable;
#endif

}  // namespace

SketchRows::SketchRows(std::span<const Sketch> rows) : SketchRows(rows.size()) {
  for (std::size_t row = 0; row < rows.size(); ++row) set(row, rows[row]);
}

void SketchRows::set(std::size_t row, const Sketch& sketch) {
  for (std::size_t word = 0; word < sketch.words.size(); ++word) {
    eights_[row / 8].words[word][row % 8] = sketch.words[word];
  }
}

Sketch SketchRows::operator[](std::size_t row) const {
  Sketch sketch;
  for (std::size_t word = 0; word < sketch.words.size(); ++word) {
    sketch.words[word] = eights_[row / 8].words[word][row % 8];
  }
  return sketch;
}

void SketchRows::scan(const Sketch& query, RowRange range, int radius,
                      std::vector<std::uint32_t>& found) const {
  kScan(query, eights_.data(), range, radius, found);
}

RowDistance SketchRows::nearest(const Sketch& query, RowRange range) const {
  return kNearest(query, eights_.data(), range);
}

void SketchRows::prefetch(RowRange range) const {
  constexpr std::uint32_t kMost = 8;  // eights; the processor sees where a longer scan goes
  const std::uint32_t first = range.begin / 8, end = std::min((range.end + 7) / 8, first + kMost);
  for (std::uint32_t eight = first; eight < end; ++eight) {
    for (const auto& word : eights_[eight].words) __builtin_prefetch(word.data());
  }
}

}  // namespace staydown::index
