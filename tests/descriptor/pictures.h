// Edits of pictures for the tests of this folder, on luma.
#pragma once

#include "core/frame.h"

namespace staydown::descriptor {

Image flat(int width, int height, int level);
Image scaled(const Image& image, int width, int height);      // by area
Image with_noise(Image image, int amplitude, unsigned seed);  // uniform in +-amplitude
Image blurred(const Image& image, int radius);                // by box
// `onto` with the top left corner of `image` at (x, y), all of it inside.
Image pasted(const Image& image, Image onto, int x, int y);

}  // namespace staydown::descriptor
