#include <algorithm>

#include "descriptor/views.h"

namespace staydown::descriptor {

Image crop(const Image& image, const Box& box) {
  Image out(box.width, box.height, image.channels);
  for (int y = 0; y < box.height; ++y) {
    std::copy_n(image.row(box.y + y) + box.x * image.channels, box.width * image.channels,
                out.row(y));
  }
  return out;
}

}  // namespace staydown::descriptor
