// A sampled frame at working size: what every descriptor and view is made from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/pixel_buffer.h"
#include "core/time.h"

namespace staydown {

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

// Rows are packed: stride == width * channels. Full range (0-255). Move-only.
struct Image {
  int width = 0, height = 0, channels = 1;
  PixelBuffer pixels;

  Image() = default;
  Image(int w, int h, int c)
      : width(w),
        height(h),
        channels(c),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) *
               static_cast<std::size_t>(c)) {}

  bool empty() const { return width == 0; }
  const std::uint8_t* row(int y) const {
    return pixels.data() + static_cast<std::ptrdiff_t>(y) * width * channels;
  }
  std::uint8_t* row(int y) {
    return pixels.data() + static_cast<std::ptrdiff_t>(y) * width * channels;
  }
};

struct Frame {
  MediaTime time{};  // on the stream's line
  Size source;       // of the decoded picture, upright, before scaling; 0 x 0: not scaled
  Image luma;        // at most kWorkingSize px on the long side, upright, square pixels
  Image rgb;         // same size, interleaved RGB; empty unless the sampler was asked for it
};

// Long side of a sampled frame in pixels. Frames that are smaller than this are not enlarged.
inline constexpr int kWorkingSize = 512;

}  // namespace staydown
