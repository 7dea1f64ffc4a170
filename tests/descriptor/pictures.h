// Synthesised pictures for the tests of this folder.
#pragma once

#include "core/frame.h"

namespace staydown::descriptor {

Image flat(int width, int height, int level);

// A busy scene of soft and hard-edged shapes, another one for each seed, without bars: its content
// reaches the edges.
Image picture(int width, int height, unsigned seed);

Image flipped(const Image& image);                            // left to right
Image toned(const Image& image, double gain, double offset);  // gain * v + offset, clamped
Image scaled(const Image& image, int width, int height);      // by area
Image with_noise(Image image, int amplitude, unsigned seed);  // uniform in +-amplitude
Image blurred(const Image& image, int radius);                // box
void paste(const Image& picture, Image& onto, int x, int y);

}  // namespace staydown::descriptor
