// Pictures at the size that a model wants.
#pragma once

#include <cstdint>
#include <span>

#include "core/frame.h"

namespace staydown::embedding {

// Scales interleaved RGB pictures to one size by area averaging, the aspect not kept: each pixel is
// the mean of what it covers, parts of pixels counted by their share. It is the scaling that the
// descriptor was trained and measured with (OpenCV's INTER_AREA); where a picture is smaller than
// the size, pixels are repeated, which only means that such a picture is coarse.
//
// Immutable and thread-safe. A 512x288 picture to 224x128 costs a twentieth of what the shipped
// model then does in f32.
class AreaScaler {
 public:
  AreaScaler(int width, int height) : width_(width), height_(height) {}

  // `to` holds width * height * 3 bytes. `image` has 3 channels and is not empty.
  void scale(const Image& image, std::span<std::uint8_t> to) const;

 private:
  int width_, height_;
};

}  // namespace staydown::embedding
