#include "perturbed_bank.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace staydown::bench {

namespace {

PdqHash perturbed(PdqHash hash, std::mt19937_64& random) {
  for (auto& word : hash.words) {
    const auto half = random(), other_half = random();
    word ^= half & other_half;  // a bit of it is set with a chance of one in four
  }
  return hash;
}

// A random direction of the same length at nearly a right angle, and the root of three, which makes
// 60 degrees.
Embedding perturbed(const Embedding& real, std::mt19937_64& random) {
  std::vector<float> numbers = real.floats();
  std::normal_distribution<float> away(0, std::sqrt(3.0F / static_cast<float>(numbers.size())));
  float square = 0;
  for (float& number : numbers) {
    number += away(random);
    square += number * number;
  }
  for (float& number : numbers) number /= std::sqrt(square);
  return Embedding(numbers);
}

}  // namespace

std::vector<ReferenceTimelinePtr> perturbed_bank(const RealFrames& real, std::size_t count,
                                                 std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ReferenceTimelinePtr> bank;
  for (std::size_t made = 0; made < count;) {
    auto reference = std::make_shared<ReferenceTimeline>();
    reference->info.id = ReferenceId("distractor-" + std::to_string(bank.size()));
    reference->generation = 1;
    const std::size_t frames = std::min(kFramesPerReference, count - made);
    for (std::size_t frame = 0; frame < frames; ++frame, ++made) {
      const MediaTime time = std::chrono::milliseconds(500) * static_cast<std::int64_t>(frame);
      const auto add = [&](DescriptorValue value) {
        reference->entries.push_back({.time = time,
                                      .end = time + std::chrono::milliseconds(500),
                                      .quality = 100,
                                      .value = std::move(value)});
      };
      add(perturbed(real.hashes[made % real.hashes.size()], random));
      if (real.embeddings.empty()) continue;
      add(perturbed(real.embeddings[made % real.embeddings.size()], random));
    }
    reference->duration = reference->entries.back().end;
    bank.push_back(std::move(reference));
  }
  return bank;
}

}  // namespace staydown::bench
