// 256 bits that say roughly where an embedding points.
#pragma once

#include <array>
#include <cstddef>

#include "core/descriptor.h"

namespace staydown::index {

// Signs of an embedding's projections on 256 random directions: two vectors at an angle of a differ
// in a share a / pi of them (Charikar, "Similarity estimation techniques from rounding algorithms",
// STOC 2002), whatever the model and however its vectors are spread. The directions are orthogonal
// and come from three rounds of random signs and a Hadamard transform (Andoni et al., "Practical
// and optimal LSH for angular distance", NIPS 2015), which takes n log n sums for n numbers.
//
// Laid out as a hash is, so that what scans hashes scans sketches.
using Sketch = PdqHash;

inline constexpr int kSketchBits = 256;

// The projections themselves, scaled to length 1.
struct Projections {
  std::array<float, kSketchBits> values{};
  float sum = 0;  // of them
};
Projections projections_of(const Embedding& embedding);

Sketch sketch_of(const Projections& projections);
Sketch sketch_of(const Embedding& embedding);

// Bits by which sketches of vectors at a distance (1 - cosine) of at most this much differ; of
// those at that very distance one pair in a thousand differs by more.
int sketch_radius(float distance);

// The distance (1 - cosine) of a query from what has this sketch, estimated from signs of the one
// and projections of the other: half as far from the truth as what two sketches tell (the
// asymmetric estimate of Gao, Long: "RaBitQ", SIGMOD 2024).
float estimated_distance(const Projections& query, const Sketch& sketch);

// What the estimate of a vector of `size` numbers at this distance is at most; one in a thousand is
// estimated further away.
float largest_estimate(float distance, std::size_t size);

}  // namespace staydown::index
