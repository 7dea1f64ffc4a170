// References and hashes for the tests of the index.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"

namespace staydown::index {

inline PdqHash random_hash(std::mt19937_64& random) {
  return {{random(), random(), random(), random()}};
}

// `hash` with `bits` different bits flipped.
inline PdqHash edited(PdqHash hash, int bits, std::mt19937_64& random) {
  const PdqHash original = hash;
  while (distance(original, hash) < bits) {
    const auto bit = random() % 256;
    hash.words[bit / 64] = original.words[bit / 64] ^
                           ((original.words[bit / 64] ^ hash.words[bit / 64]) | 1ULL << (bit % 64));
  }
  return hash;
}

// Of length 1.
inline std::vector<float> unit(std::vector<float> x) {
  double squares = 0;
  for (const float number : x) squares += static_cast<double>(number) * static_cast<double>(number);
  for (float& number : x) number /= static_cast<float>(std::sqrt(squares));
  return x;
}

inline std::vector<float> random_direction(std::size_t size, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (float& number : x) number = normal(random);
  return unit(std::move(x));
}

inline ReferenceEntry entry_of(DescriptorValue value) {
  return {.quality = 100, .value = std::move(value)};
}

inline ReferenceTimelinePtr reference_of(const std::string& id, std::vector<ReferenceEntry> entries,
                                         std::uint64_t generation = 0) {
  auto reference = std::make_shared<ReferenceTimeline>();
  reference->info.id = ReferenceId(id);
  reference->generation = generation;
  reference->entries = std::move(entries);
  return reference;
}

inline Descriptor query_of(DescriptorValue value) {
  return {.quality = 100, .value = std::move(value)};
}

}  // namespace staydown::index
