// How a decoded picture has to be turned to stand upright.
#pragma once

#include <cstdint>

#include "core/frame.h"

struct AVFrame;
struct AVStream;

namespace staydown::media {

// First mirrored left to right, then turned clockwise by quarter turns.
struct Orientation {
  bool mirrored = false;
  int quarter_turns = 0;  // 0-3

  bool swaps_sides() const { return quarter_turns % 2 == 1; }
  bool operator==(const Orientation&) const = default;
};

// Of FFmpeg's 3 x 3 display matrix; angles between are rounded to the nearest quarter turn.
Orientation orientation_of(const std::int32_t* matrix);

// From side data; upright where there is none.
Orientation orientation_of(const AVStream& stream);
Orientation orientation_of(const AVFrame& frame, Orientation otherwise);

// Copies `width` x `height` pixels of `channels` bytes, whose rows are `stride` bytes apart, into
// an upright image.
Image upright(const std::uint8_t* pixels, std::ptrdiff_t stride, int width, int height,
              int channels, Orientation orientation);

}  // namespace staydown::media
