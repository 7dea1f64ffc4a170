// Renderings of a sampled frame that undo edits: bars and borders removed, the inner picture cut
// out.
#pragma once

#include <optional>

#include "core/frame.h"

namespace staydown::descriptor {

// Pixels, top left inclusive.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};

// What remains once bars and borders (black, coloured, blurred fill) are taken off; nullopt if
// there are none worth removing. Thread-safe.
std::optional<Box> find_trimmed(const Frame& frame);

// A picture shown inside the frame: picture in picture, reaction, screen recording of a player;
// nullopt if there is none. Thread-safe.
std::optional<Box> find_inner(const Frame& frame);

// The middle of a picture, 70 % of its width and height: what is left of it beside a logo in a
// corner, a banner, a frame around it. Bars do not count as picture: take the trimmed box.
Box centre_of(const Box& picture);

// Copies the box out of an image.
Image crop(const Image& image, const Box& box);

// What the box of `image` is of the picture that it was scaled from, in that picture's pixels;
// nothing if `source` is not known.
Size part_of(Size source, const Image& image, const Box& box);

}  // namespace staydown::descriptor
