#include "descriptor/pictures.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace staydown::descriptor {
namespace {

std::uint8_t to_level(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

}  // namespace

Image flat(int width, int height, int level) {
  Image image(width, height, 1);
  std::fill_n(image.pixels.data(), image.pixels.size(), static_cast<std::uint8_t>(level));
  return image;
}

Image scaled(const Image& image, int width, int height) {
  Image out(width, height, 1);
  const double sx = static_cast<double>(image.width) / width;
  const double sy = static_cast<double>(image.height) / height;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double sum = 0, area = 0;
      for (int j = static_cast<int>(y * sy); j < std::min<double>((y + 1) * sy, image.height);
           ++j) {
        const double tall = std::min((y + 1) * sy, j + 1.0) - std::max(y * sy, 1.0 * j);
        for (int i = static_cast<int>(x * sx); i < std::min<double>((x + 1) * sx, image.width);
             ++i) {
          const double share = tall * (std::min((x + 1) * sx, i + 1.0) - std::max(x * sx, 1.0 * i));
          sum += share * image.row(j)[i];
          area += share;
        }
      }
      out.row(y)[x] = to_level(sum / area);
    }
  }
  return out;
}

Image with_noise(Image image, int amplitude, unsigned seed) {
  std::mt19937 random(seed);
  const auto span = static_cast<unsigned>(2 * amplitude + 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const int noise = static_cast<int>(random() % span) - amplitude;
    image.pixels.data()[i] = to_level(image.pixels.data()[i] + noise);
  }
  return image;
}

Image blurred(const Image& image, int radius) {
  const auto columns_blurred = [radius](const Image& from) {  // along rows, result turned
    Image to(from.height, from.width, 1);
    for (int y = 0; y < from.height; ++y) {
      for (int x = 0; x < from.width; ++x) {
        const int begin = std::max(0, x - radius), end = std::min(from.width, x + radius + 1);
        int sum = 0;
        for (int i = begin; i < end; ++i) sum += from.row(y)[i];
        to.row(x)[y] = to_level(static_cast<double>(sum) / (end - begin));
      }
    }
    return to;
  };
  Image out = columns_blurred(columns_blurred(image));
  return columns_blurred(columns_blurred(out));
}

Image pasted(const Image& image, Image onto, int x, int y) {
  for (int row = 0; row < image.height; ++row) {
    std::copy_n(image.row(row), image.width, onto.row(y + row) + x);
  }
  return onto;
}

}  // namespace staydown::descriptor
