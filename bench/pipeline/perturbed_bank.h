// A large bank made from few real frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"

namespace staydown::bench {

// Frames per reference: a ten-minute video at 2 frames a second, less its near-duplicates.
inline constexpr std::size_t kFramesPerReference = 1000;

// `count` hashes, each one of `real` with every bit flipped with a chance of one in four: the
// distractors lie about 64 away from where real frames lie, so that the lists of an index are as
// unevenly full as those of real banks, but nothing is within the search radius. The same seed
// gives the same bank.
std::vector<ReferenceTimelinePtr> perturbed_bank(std::span<const PdqHash> real, std::size_t count,
                                                 std::uint64_t seed);

}  // namespace staydown::bench
