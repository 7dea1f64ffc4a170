// A large bank made from few real frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"

namespace staydown::bench {

// Frames per reference: a ten-minute video at 2 frames a second, less its near-duplicates.
inline constexpr std::size_t kFramesPerReference = 1000;

// What real frames look like: to be searched for, and to make others from.
struct RealFrames {
  std::vector<PdqHash> hashes;        // not empty
  std::vector<Embedding> embeddings;  // empty without a learned model
};

// `count` frames that lie where real frames lie, so that the lists of an index are as unevenly full
// as those of real banks, but nothing is within the search radius: each a real hash with every bit
// flipped with a chance of one in four, about 64 away, and, where there are any, a real embedding
// turned by 60 degrees in a random direction. The same seed gives the same bank.
std::vector<ReferenceTimelinePtr> perturbed_bank(const RealFrames& real, std::size_t count,
                                                 std::uint64_t seed);

}  // namespace staydown::bench
