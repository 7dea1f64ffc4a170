// Synthetic pictures: endless "videos" that are told apart by a seed, and edits of them.
//
// A scene is a scrolling smooth random texture with large textured shapes that move over it. The
// same seed and time give the same picture at any size (the scene is stretched to it). Pictures of
// different seeds, and of one seed a second apart, have PDQ hashes more than 60 bits apart and a
// PDQ quality of at least 80 (tests/support/scene_test.cc).
#pragma once

#include <cstdint>
#include <functional>

#include "core/frame.h"
#include "core/time.h"

namespace staydown::support {

Image scene_rgb(std::uint64_t seed, MediaTime time, int width, int height);
Image scene_luma(std::uint64_t seed, MediaTime time, int width, int height);

// As a sampler would give it: 512 x 288, luma only.
Frame scene_frame(std::uint64_t seed, MediaTime time);

// BT.601, full range.
Image luma_of(const Image& rgb);

// Mean absolute difference of two images of one size and number of channels, 0-255.
double mean_difference(const Image& a, const Image& b);

// A change to every picture of a video; pictures keep their size. For 1 or 3 channels.
using PictureEdit = std::function<Image(const Image&)>;

PictureEdit mirrored();
PictureEdit grey();
PictureEdit brightened(int by);          // -255 to 255
PictureEdit contrasted(double by);       // around mid grey
PictureEdit letterboxed(double bars);    // black bars take this fraction of the height
PictureEdit pillarboxed(double bars);    // black bars take this fraction of the width
PictureEdit with_logo(double size);      // a white disc of this fraction of the width, top right
PictureEdit with_banner(double height);  // a striped band of this fraction of the height, bottom
PictureEdit cropped(double left, double top, double width, double height);  // fractions that stay
// Shown inside a picture of another scene: `scale` of both sides, its corner at the fractions x, y.
PictureEdit inside(std::uint64_t other_seed, double scale, double x, double y);
PictureEdit combined(PictureEdit first, PictureEdit second);

}  // namespace staydown::support
