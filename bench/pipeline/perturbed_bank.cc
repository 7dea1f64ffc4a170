#include "perturbed_bank.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace staydown::bench {

std::vector<ReferenceTimelinePtr> perturbed_bank(std::span<const PdqHash> real, std::size_t count,
                                                 std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ReferenceTimelinePtr> bank;
  for (std::size_t made = 0; made < count;) {
    auto reference = std::make_shared<ReferenceTimeline>();
    reference->info.id = ReferenceId("distractor-" + std::to_string(bank.size()));
    reference->generation = 1;
    const std::size_t frames = std::min(kFramesPerReference, count - made);
    for (std::size_t frame = 0; frame < frames; ++frame, ++made) {
      PdqHash hash = real[made % real.size()];
      // A bit of `random() & random()` is set with a chance of one in four.
      for (auto& word : hash.words) word ^= random() & random();
      const MediaTime time = std::chrono::milliseconds(500) * static_cast<std::int64_t>(frame);
      reference->entries.push_back({.time = time,
                                    .end = time + std::chrono::milliseconds(500),
                                    .quality = 100,
                                    .value = hash});
    }
    reference->duration = reference->entries.back().end;
    bank.push_back(std::move(reference));
  }
  return bank;
}

}  // namespace staydown::bench
