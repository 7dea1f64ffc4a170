#include <algorithm>
#include <cmath>
#include <cstddef>

#include "descriptor/views.h"

namespace staydown::descriptor {

Box centre_of(const Box& picture) {
  constexpr double kMargin = 0.15;  // on each side
  const auto x = static_cast<int>(kMargin * picture.width);
  const auto y = static_cast<int>(kMargin * picture.height);
  return {picture.x + x, picture.y + y, picture.width - 2 * x, picture.height - 2 * y};
}

Image crop(const Image& image, const Box& box) {
  Image out(box.width, box.height, image.channels);
  const auto skipped = static_cast<std::ptrdiff_t>(box.x) * image.channels;
  const auto copied = static_cast<std::ptrdiff_t>(box.width) * image.channels;
  for (int y = 0; y < box.height; ++y) {
    std::copy_n(image.row(box.y + y) + skipped, copied, out.row(y));
  }
  return out;
}

Size part_of(Size source, const Image& image, const Box& box) {
  if (source == Size{}) return {};
  const auto share = [](int part, int all, int length) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(part) * length / all)));
  };
  return {share(box.width, image.width, source.width),
          share(box.height, image.height, source.height)};
}

}  // namespace staydown::descriptor
