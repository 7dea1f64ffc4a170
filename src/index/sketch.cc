#include "index/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "index/intrinsics.h"

namespace staydown::index {
namespace {

constexpr std::size_t kBits = kSketchBits, kRounds = 3;
constexpr double kRarely = 1e-3;
// Share of the bits from which on a radius is no use.
constexpr double kAlmostOpposite = 0.9;

// The same everywhere: a mixing function (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014) of the round and the place.
bool negated(std::uint64_t round, std::uint64_t place) {
  std::uint64_t z = (round << 32U | place) + 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return ((z ^ (z >> 31U)) & 1U) != 0;
}

// 1 or -1 for each round and place.
std::vector<float> signs_for(std::size_t size) {
  std::vector<float> signs(kRounds * size);
  for (std::size_t i = 0; i < signs.size(); ++i) {
    signs[i] = negated(i / size, i % size) ? -1.0F : 1.0F;
  }
  return signs;
}

// Unscaled, and in another order: each stage takes neighbours to the two halves (Pease, "An
// adaptation of the fast Fourier transform for parallel processing", JACM 15, 1968), so that all
// its loops are long. The size is a power of two; `other` is of that size too. Whether the result
// is in `x` or in `other` is what is returned.
[[gnu::always_inline]] inline float* hadamard(float* x, float* other, std::size_t size) {
  const std::size_t half = size / 2;
  for (std::size_t stage = 1; stage < size; stage *= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      other[i] = x[2 * i] + x[2 * i + 1];
      other[half + i] = x[2 * i] - x[2 * i + 1];
    }
    std::swap(x, other);
  }
  return x;
}

// Rounds of signs and transform; the result is in what is returned, one of `x` and `other`.
[[gnu::always_inline]] inline float* turn_in(const float* signs, float* x, float* other,
                                             std::size_t size) {
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < size; ++i) x[i] *= signs[round * size + i];
    float* const turned = hadamard(x, other, size);
    if (turned == other) std::swap(x, other);
  }
  return x;
}

// The sum of those projections whose bit is set.
[[gnu::always_inline]] inline float sum_in(const float* projections, const Sketch& sketch) {
  std::array<float, 16> sums{};
  for (std::size_t i = 0; i < kBits; i += sums.size()) {
    const auto bits = static_cast<std::uint32_t>(sketch.words[i / 64] >> (i % 64)) & 0xFFFFU;
    for (std::uint32_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += (bits >> lane & 1U) != 0 ? projections[i + lane] : 0.0F;
    }
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

float* turn_portable(const float* signs, float* x, float* other, std::size_t size) {
  return turn_in(signs, x, other, size);
}

float sum_portable(const float* projections, const Sketch& sketch) {
  return sum_in(projections, sketch);
}

#if defined(__x86_64__)
// The same, for registers of eight and of sixteen.
[[gnu::target("avx2")]] float* turn_avx2(const float* signs, float* x, float* other,
                                         std::size_t size) {
  return turn_in(signs, x, other, size);
}

[[gnu::target("avx2")]] float sum_avx2(const float* projections, const Sketch& sketch) {
  return sum_in(projections, sketch);
}

// NOLINTBEGIN(portability-simd-intrinsics): there is a portable twin.
[[gnu::target("avx512f")]] float sum_avx512(const float* projections, const Sketch& sketch) {
  __m512 sum = _mm512_setzero_ps(), more = _mm512_setzero_ps();
  for (std::size_t word = 0; word < sketch.words.size(); ++word) {
    const std::uint64_t bits = sketch.words[word];
    const float* const from = projections + word * 64;
    const auto mask = [&](unsigned sixteen) {
      return static_cast<__mmask16>(bits >> (16U * sixteen));
    };
    sum = _mm512_mask_add_ps(sum, mask(0), sum, _mm512_loadu_ps(from));
    more = _mm512_mask_add_ps(more, mask(1), more, _mm512_loadu_ps(from + 16));
    sum = _mm512_mask_add_ps(sum, mask(2), sum, _mm512_loadu_ps(from + 32));
    more = _mm512_mask_add_ps(more, mask(3), more, _mm512_loadu_ps(from + 48));
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(sum, more));
}
// NOLINTEND(portability-simd-intrinsics)

const bool kAvx2 = __builtin_cpu_supports("avx2") != 0;
const auto kTurn = kAvx2 ? turn_avx2 : turn_portable;
const auto kSum = __builtin_cpu_supports("avx512f") != 0 ? sum_avx512
                  : kAvx2                                ? sum_avx2
                                                         : sum_portable;
#else
const auto kTurn = turn_portable;
const auto kSum = sum_portable;
#endif

}  // namespace

Projections projections_of(const Embedding& embedding) {
  const std::size_t size = std::bit_ceil(std::max(kBits, embedding.size()));
  thread_local std::vector<float> signs, x, other;
  if (signs.size() != kRounds * size) signs = signs_for(size);
  x.assign(size, 0);
  other.resize(size);
  to_floats(embedding.halves(), std::span(x).first(embedding.size()));
  const float* const turned = kTurn(signs.data(), x.data(), other.data(), size);
  Projections projections;
  float square = 0;
  for (std::size_t i = 0; i < kBits; ++i) square += turned[i] * turned[i];
  const float scale = square > 0 ? 1 / std::sqrt(square) : 0;
  for (std::size_t i = 0; i < kBits; ++i) {
    projections.values[i] = scale * turned[i];
    projections.sum += projections.values[i];
  }
  return projections;
}

Sketch sketch_of(const Projections& projections) {
  Sketch sketch;
  for (std::size_t bit = 0; bit < kBits; ++bit) {
    sketch.words[bit / 64] |= std::uint64_t{projections.values[bit] > 0} << (bit % 64);
  }
  return sketch;
}

Sketch sketch_of(const Embedding& embedding) { return sketch_of(projections_of(embedding)); }

int sketch_radius(float distance) {
  const double cosine = std::clamp(1.0 - static_cast<double>(distance), -1.0, 1.0);
  const double share = std::acos(cosine) / std::numbers::pi;
  if (share > kAlmostOpposite) return kSketchBits;
  // Of a binomial distribution: that of bits that do not depend on each other.
  double probability = std::pow(1 - share, kSketchBits), at_most = probability;
  int bits = 0;
  for (; at_most < 1 - kRarely; ++bits) {
    probability *= share / (1 - share) * (kSketchBits - bits) / (bits + 1);
    at_most += probability;
  }
  return bits;
}

float estimated_distance(const Projections& query, const Sketch& sketch) {
  // A unit vector's projection on its own signs is sqrt(2 / pi) long in the mean, and there are
  // sixteen to the length of a vector of 256 signs.
  constexpr float kScale = 0.07833275F;  // sqrt(pi / 2) / 16
  return 1 - kScale * (2 * kSum(query.values.data(), sketch) - query.sum);
}

float largest_estimate(float distance, std::size_t size) {
  constexpr double kDeviations = 3.1;  // of a normal distribution: one in a thousand
  const double cosine = std::clamp(1.0 - static_cast<double>(distance), -1.0, 1.0);
  const double rest = 1 - cosine * cosine;
  // What the signs leave out of the vector, held against the part of the query across it; how much
  // they leave out; and, of a larger vector, how much the directions that were chosen tell.
  const double left_out = (std::numbers::pi / 2 - 1) / kBits;
  double variance = rest * left_out + cosine * cosine * left_out / 2;
  if (size > kBits) variance += rest * rest / kBits;
  return distance + static_cast<float>(kDeviations * std::sqrt(variance));
}

}  // namespace staydown::index
