#include "core/embedding.h"

#include <algorithm>
#include <bit>
#include <cmath>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace staydown {
namespace {

float to_float(Half half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU, fraction = half & 0x3FFU;
  if (exponent == 0) {
    const float tiny = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -tiny : tiny;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23U | fraction << 13U);
}

Half to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<Half>((bits >> 16U) & 0x8000U);
  if (std::isnan(value)) return static_cast<Half>(sign | 0x7E00U);
  const float size = std::fabs(value);
  if (size >= 65520.0F) return static_cast<Half>(sign | 0x7C00U);
  // The distance between two halves near `size`, then how many of them it is: nearbyint rounds
  // ties to even.
  const int exponent = std::max(-14, size > 0 ? std::ilogb(size) : -14);
  const auto steps = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  // 1024 steps are the implied one; a carry beyond 2047 runs into the exponent as it should.
  return static_cast<Half>(sign | ((static_cast<std::uint32_t>(exponent + 14) << 10U) + steps));
}

void to_halves_portable(const float* floats, Half* halves, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) halves[i] = to_half(floats[i]);
}

void to_floats_portable(const Half* halves, float* floats, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) floats[i] = to_float(halves[i]);
}

float dot_portable(const Half* a, const Half* b, std::size_t size) {
  float sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += to_float(a[i]) * to_float(b[i]);
  return sum;
}

#if defined(__x86_64__)
// NOLINTBEGIN(portability-simd-intrinsics): there is a portable twin of each.
[[gnu::target("avx2,f16c,fma")]] __m256 load8(const Half* halves) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves)));
}

[[gnu::target("avx2,f16c,fma")]] void to_halves_f16c(const float* floats, Half* halves,
                                                     std::size_t size) {
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(floats + i), _MM_FROUND_TO_NEAREST_INT));
  }
  to_halves_portable(floats + i, halves + i, size - i);
}

[[gnu::target("avx2,f16c,fma")]] void to_floats_f16c(const Half* halves, float* floats,
                                                     std::size_t size) {
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) _mm256_storeu_ps(floats + i, load8(halves + i));
  to_floats_portable(halves + i, floats + i, size - i);
}

[[gnu::target("avx2,f16c,fma")]] float dot_f16c(const Half* a, const Half* b, std::size_t size) {
  __m256 sum = _mm256_setzero_ps(), more = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    sum = _mm256_fmadd_ps(load8(a + i), load8(b + i), sum);
    more = _mm256_fmadd_ps(load8(a + i + 8), load8(b + i + 8), more);
  }
  alignas(32) float lanes[8];
  _mm256_store_ps(lanes, _mm256_add_ps(sum, more));
  float total = 0;
  for (const float lane : lanes) total += lane;
  return total + dot_portable(a + i, b + i, size - i);
}
// NOLINTEND(portability-simd-intrinsics)

bool has_f16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;  // Clang 14 knows no name for F16C
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}
#endif

// What this processor runs.
struct Routines {
  decltype(&to_halves_portable) to_halves = to_halves_portable;
  decltype(&to_floats_portable) to_floats = to_floats_portable;
  decltype(&dot_portable) dot = dot_portable;
};

const Routines& routines() {
  static const Routines chosen = [] {
#if defined(__x86_64__)
    if (has_f16c()) return Routines{to_halves_f16c, to_floats_f16c, dot_f16c};
#endif
    return Routines{};
  }();
  return chosen;
}

}  // namespace

void to_halves(std::span<const float> floats, std::span<Half> halves) {
  routines().to_halves(floats.data(), halves.data(), floats.size());
}

void to_floats(std::span<const Half> halves, std::span<float> floats) {
  routines().to_floats(halves.data(), floats.data(), halves.size());
}

float dot(std::span<const Half> a, std::span<const Half> b) {
  return routines().dot(a.data(), b.data(), a.size());
}

Embedding::Embedding(std::span<const float> floats)
    : size_(static_cast<std::uint32_t>(floats.size())) {
  const std::shared_ptr<Half[]> halves = std::make_shared<Half[]>(floats.size());
  to_halves(floats, {halves.get(), floats.size()});
  data_ = std::shared_ptr<const Half>(halves, halves.get());
}

Embedding::Embedding(std::initializer_list<float> floats)
    : Embedding(std::span<const float>(floats.begin(), floats.size())) {}

std::vector<float> Embedding::floats() const {
  std::vector<float> floats(size_);
  to_floats(halves(), floats);
  return floats;
}

bool Embedding::operator==(const Embedding& other) const {
  return std::ranges::equal(halves(), other.halves());
}

}  // namespace staydown
