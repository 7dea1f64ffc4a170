// First half of PDQ: an image's luma as 64 x 64 smoothed samples.
#pragma once

#include <array>
#include <cstddef>

#include "core/frame.h"

namespace staydown::descriptor {

// PDQ (Davis et al., Facebook 2019): 64 x 64 samples.
inline constexpr int kGridSize = 64;

// Row by row, 0-255.
using PdqGrid = std::array<float, static_cast<std::size_t>(kGridSize) * kGridSize>;

struct PdqGrids {
  PdqGrid upright;
  PdqGrid mirrored;  // of the image flipped left to right, in that image's own phase
};

// Samples `luma` through PDQ's "Jarosz" filter: two passes of a box filter per axis, decimated.
// Only the samples that are kept are computed, each with the composite of the two boxes, and as the
// filter would have sampled the picture of size `source` that `luma` was scaled down from by area.
// Both have at least 1 x 1 pixels. Thread-safe.
PdqGrids sample_grids(const Image& luma, Size source);

}  // namespace staydown::descriptor
