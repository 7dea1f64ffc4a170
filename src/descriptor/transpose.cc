#include "descriptor/transpose.h"

#include <algorithm>
#include <cstdint>

namespace staydown::descriptor {

Image transposed(const Image& image) {
  constexpr int kBlock = 16;  // a block's rows and columns stay in the nearest cache
  Image out(image.height, image.width, 1);
  for (int y = 0; y < image.height; y += kBlock) {
    const int rows = std::min(kBlock, image.height - y);
    for (int x = 0; x < image.width; x += kBlock) {
      const int columns = std::min(kBlock, image.width - x);
      for (int i = 0; i < columns; ++i) {
        std::uint8_t* to = out.row(x + i) + y;
        const std::uint8_t* from = image.row(y) + x + i;
        for (int j = 0; j < rows; ++j) to[j] = from[static_cast<std::ptrdiff_t>(j) * image.width];
      }
    }
  }
  return out;
}

}  // namespace staydown::descriptor
