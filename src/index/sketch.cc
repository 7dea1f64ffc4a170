#include "index/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace staydown::index {
namespace {

constexpr int kBits = 256, kRounds = 3;
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
// its loops are long. The size is a power of two; `other` is of that size too.
void hadamard(std::vector<float>& x, std::vector<float>& other) {
  const std::size_t half = x.size() / 2;
  for (std::size_t stage = 1; stage < x.size(); stage *= 2) {
    const float* const from = x.data();
    float* const sums = other.data();
    float* const differences = sums + half;
    for (std::size_t i = 0; i < half; ++i) {
      sums[i] = from[2 * i] + from[2 * i + 1];
      differences[i] = from[2 * i] - from[2 * i + 1];
    }
    x.swap(other);
  }
}

}  // namespace

Sketch sketch_of(const Embedding& embedding) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(kBits, embedding.size()));
  thread_local std::vector<float> signs, x, other;
  if (signs.size() != kRounds * size) signs = signs_for(size);
  x.assign(size, 0);
  other.resize(size);
  to_floats(embedding.halves(), std::span(x).first(embedding.size()));
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < size; ++i) x[i] *= signs[round * size + i];
    hadamard(x, other);
  }
  Sketch sketch;
  for (std::size_t bit = 0; bit < kBits; ++bit) {
    if (x[bit] > 0) sketch.words[bit / 64] |= 1ULL << (bit % 64);
  }
  return sketch;
}

int sketch_radius(float distance) {
  const double cosine = std::clamp(1.0 - static_cast<double>(distance), -1.0, 1.0);
  const double share = std::acos(cosine) / std::numbers::pi;
  if (share > kAlmostOpposite) return kBits;
  // Of a binomial distribution: that of bits that do not depend on each other.
  double probability = std::pow(1 - share, kBits), at_most = probability;
  int bits = 0;
  for (; at_most < 1 - kRarely; ++bits) {
    probability *= share / (1 - share) * (kBits - bits) / (bits + 1);
    at_most += probability;
  }
  return bits;
}

}  // namespace staydown::index
