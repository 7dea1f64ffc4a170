#include "descriptor/pictures.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace staydown::descriptor {
namespace {

std::uint8_t to_level(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

struct Blob {
  double x, y, rx, ry, level;
  bool soft;
};

}  // namespace

Image flat(int width, int height, int level) {
  Image image(width, height, 1);
  std::fill_n(image.pixels.data(), image.pixels.size(), static_cast<std::uint8_t>(level));
  return image;
}

Image picture(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  const auto uniform = [&](double from, double to) {
    return from + (to - from) * (static_cast<double>(random()) / 4294967296.0);
  };
  std::vector<Blob> blobs;
  for (int i = 0; i < 60; ++i) {
    blobs.push_back({uniform(0, 1), uniform(0, 1), uniform(0.03, 0.2), uniform(0.03, 0.2),
                     uniform(-90, 90), i % 2 == 0});
  }
  const double dx = uniform(-60, 60), dy = uniform(-60, 60);
  Image image(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      double value = 128 + dx * (u - 0.5) + dy * (v - 0.5);
      for (const Blob& blob : blobs) {
        const double a = (u - blob.x) / blob.rx, b = (v - blob.y) / blob.ry;
        const double r = a * a + b * b;
        if (blob.soft) {
          value += blob.level * std::exp(-r);
        } else if (r < 1) {
          value += 0.5 * blob.level;
        }
      }
      image.row(y)[x] = to_level(value);
    }
  }
  return image;
}

Image flipped(const Image& image) {
  Image out(image.width, image.height, 1);
  for (int y = 0; y < image.height; ++y) {
    std::reverse_copy(image.row(y), image.row(y) + image.width, out.row(y));
  }
  return out;
}

Image toned(const Image& image, double gain, double offset) {
  Image out(image.width, image.height, 1);
  std::transform(image.pixels.data(), image.pixels.data() + image.pixels.size(), out.pixels.data(),
                 [&](std::uint8_t v) { return to_level(gain * v + offset); });
  return out;
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
  Image out(image.width, image.height, 1);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      int sum = 0, count = 0;
      for (int j = std::max(0, y - radius); j <= std::min(image.height - 1, y + radius); j += 3) {
        for (int i = std::max(0, x - radius); i <= std::min(image.width - 1, x + radius); i += 3) {
          sum += image.row(j)[i];
          ++count;
        }
      }
      out.row(y)[x] = to_level(static_cast<double>(sum) / count);
    }
  }
  return out;
}

void paste(const Image& picture, Image& onto, int x, int y) {
  for (int row = 0; row < picture.height; ++row) {
    std::copy_n(picture.row(row), picture.width, onto.row(y + row) + x);
  }
}

}  // namespace staydown::descriptor
