#include "support/scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace staydown::support {
namespace {

// Scenes are drawn this wide and high, then enlarged or reduced.
constexpr int kDrawWidth = 320, kDrawHeight = 180;
constexpr int kTextureSize = 256, kCells = 8, kShapes = 9;

class Random {  // splitmix64 (Steele, Lea, Flood 2014): the same numbers everywhere
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567ULL) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(next() >> 11U) / 9007199254740992.0;
  }

 private:
  std::uint64_t state_;
};

// A tile of smooth noise, 0-1, that continues at its edges.
using Texture = std::vector<float>;

Texture make_texture(Random& random) {
  std::array<float, kCells * kCells> lattice{};
  for (auto& value : lattice) value = random.between(0, 1) < 0.5 ? 0.1F : 0.9F;
  const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
  const auto at = [&](int x, int y) {
    return lattice[static_cast<std::size_t>((y % kCells) * kCells + x % kCells)];
  };
  Texture texture(static_cast<std::size_t>(kTextureSize) * kTextureSize);
  for (int y = 0; y < kTextureSize; ++y) {
    for (int x = 0; x < kTextureSize; ++x) {
      constexpr int kCell = kTextureSize / kCells;
      const int cx = x / kCell, cy = y / kCell;
      const float fx = smooth(static_cast<float>(x % kCell) / kCell);
      const float fy = smooth(static_cast<float>(y % kCell) / kCell);
      const float top = at(cx, cy) * (1 - fx) + at(cx + 1, cy) * fx;
      const float bottom = at(cx, cy + 1) * (1 - fx) + at(cx + 1, cy + 1) * fx;
      texture[static_cast<std::size_t>(y * kTextureSize + x)] = top * (1 - fy) + bottom * fy;
    }
  }
  return texture;
}

float lookup(const Texture& texture, double u, double v) {
  const auto wrap = [](double t) {
    return static_cast<int>((t - std::floor(t)) * kTextureSize) & (kTextureSize - 1);
  };
  return texture[static_cast<std::size_t>(wrap(v) * kTextureSize + wrap(u))];
}

struct Shape {
  double x, y, vx, vy, rx, ry;
  bool box;
  std::array<float, 3> colour;
};

struct Scene {
  Texture ground, cover;
  double vx = 0, vy = 0;
  std::array<float, 3> dark{}, bright{};
  std::vector<Shape> shapes;
};

Scene make_scene(std::uint64_t seed) {
  Random random(seed);
  Scene scene;
  scene.ground = make_texture(random);
  scene.cover = make_texture(random);
  const auto speed = [&](double low, double high) {
    return random.between(low, high) * (random.between(0, 1) < 0.5 ? -1 : 1);
  };
  scene.vx = speed(0.18, 0.3);
  scene.vy = speed(0.1, 0.2);
  for (auto& value : scene.dark) value = static_cast<float>(random.between(0, 70));
  for (auto& value : scene.bright) value = static_cast<float>(random.between(170, 255));
  for (int i = 0; i < kShapes; ++i) {
    Shape shape{.x = random.between(0, 2),
                .y = random.between(0, 2),
                .vx = speed(0.15, 0.4),
                .vy = speed(0.1, 0.35),
                .rx = random.between(0.07, 0.2),
                .ry = random.between(0.1, 0.28),
                .box = random.between(0, 1) < 0.5,
                .colour = {}};
    const double light = i % 2 == 0 ? random.between(190, 255) : random.between(0, 60);
    for (auto& value : shape.colour) {
      value = static_cast<float>(std::clamp(light + random.between(-40, 40), 0.0, 255.0));
    }
    scene.shapes.push_back(shape);
  }
  return scene;
}

std::shared_ptr<const Scene> scene_of(std::uint64_t seed) {
  static std::mutex mutex;
  static std::vector<std::pair<std::uint64_t, std::shared_ptr<const Scene>>> recent;
  const std::lock_guard lock(mutex);
  for (const auto& [known, scene] : recent) {
    if (known == seed) return scene;
  }
  if (recent.size() > 16) recent.erase(recent.begin());
  return recent.emplace_back(seed, std::make_shared<const Scene>(make_scene(seed))).second;
}

// Back and forth between 0 and 1.
double bounce(double t) {
  const double phase = t - 2 * std::floor(t / 2);
  return phase < 1 ? phase : 2 - phase;
}

Image draw(const Scene& scene, double t) {
  Image image(kDrawWidth, kDrawHeight, 3);
  for (int y = 0; y < kDrawHeight; ++y) {
    std::uint8_t* out = image.row(y);
    const double v = (y + 0.5) / kDrawHeight;
    for (int x = 0; x < kDrawWidth; ++x, out += 3) {
      const double u = (x + 0.5) / kDrawWidth;
      const float mix = lookup(scene.ground, u + scene.vx * t, v * 0.6 + scene.vy * t);
      for (std::size_t c = 0; c < 3; ++c) {
        out[c] = static_cast<std::uint8_t>(scene.dark[c] * (1 - mix) + scene.bright[c] * mix);
      }
    }
  }
  for (const auto& shape : scene.shapes) {
    const double cx = bounce(shape.x + shape.vx * t), cy = bounce(shape.y + shape.vy * t);
    const int left = std::max(0, static_cast<int>((cx - shape.rx) * kDrawWidth));
    const int right = std::min(kDrawWidth, static_cast<int>((cx + shape.rx) * kDrawWidth) + 1);
    const int top = std::max(0, static_cast<int>((cy - shape.ry) * kDrawHeight));
    const int bottom = std::min(kDrawHeight, static_cast<int>((cy + shape.ry) * kDrawHeight) + 1);
    for (int y = top; y < bottom; ++y) {
      for (int x = left; x < right; ++x) {
        const double dx = ((x + 0.5) / kDrawWidth - cx) / shape.rx;
        const double dy = ((y + 0.5) / kDrawHeight - cy) / shape.ry;
        if (!shape.box && dx * dx + dy * dy > 1) continue;
        const float shade = 0.6F + 0.4F * lookup(scene.cover, dx * 0.3 + shape.x, dy * 0.3);
        std::uint8_t* out = image.row(y) + static_cast<std::ptrdiff_t>(x) * 3;
        for (std::size_t c = 0; c < 3; ++c) {
          out[c] = static_cast<std::uint8_t>(shape.colour[c] * shade);
        }
      }
    }
  }
  return image;
}

// Bilinear, of the fraction of `from` that begins at (x, y); for enlarging and mild reduction.
Image resized(const Image& from, int width, int height, double x = 0, double y = 0,
              double fraction_w = 1, double fraction_h = 1) {
  struct Tap {
    int low, high;
    float weight;
  };
  const auto taps = [](int count, int source, double begin, double fraction) {
    std::vector<Tap> result;
    for (int i = 0; i < count; ++i) {
      const double at =
          std::clamp((begin + (i + 0.5) / count * fraction) * source - 0.5, 0.0, source - 1.0);
      const int low = static_cast<int>(at);
      result.push_back({low, std::min(low + 1, source - 1), static_cast<float>(at - low)});
    }
    return result;
  };
  const auto columns = taps(width, from.width, x, fraction_w);
  const auto rows = taps(height, from.height, y, fraction_h);
  Image to(width, height, from.channels);
  for (int row = 0; row < height; ++row) {
    const auto& [low, high, weight_y] = rows[static_cast<std::size_t>(row)];
    const std::uint8_t *above = from.row(low), *below = from.row(high);
    std::uint8_t* out = to.row(row);
    for (const auto& [left, right, weight_x] : columns) {
      for (int c = 0; c < from.channels; ++c) {
        const auto mix = [&](const std::uint8_t* line) {
          return static_cast<float>(line[left * from.channels + c]) * (1 - weight_x) +
                 static_cast<float>(line[right * from.channels + c]) * weight_x;
        };
        *out++ =
            static_cast<std::uint8_t>(mix(above) * (1 - weight_y) + mix(below) * weight_y + 0.5F);
      }
    }
  }
  return to;
}

void paste(const Image& picture, Image& onto, int x, int y) {
  for (int row = 0; row < picture.height; ++row) {
    std::copy_n(picture.row(row), picture.width * picture.channels,
                onto.row(y + row) + static_cast<std::ptrdiff_t>(x) * onto.channels);
  }
}

Image filled(int width, int height, int channels, std::uint8_t value) {
  Image image(width, height, channels);
  std::fill_n(image.pixels.data(), image.pixels.size(), value);
  return image;
}

Image copy_of(const Image& image) {
  Image copy(image.width, image.height, image.channels);
  std::copy_n(image.pixels.data(), image.pixels.size(), copy.pixels.data());
  return copy;
}

// Every sample of every pixel through `change`.
template <typename Change>
PictureEdit sample_wise(Change change) {
  return [change](const Image& image) {
    Image result(image.width, image.height, image.channels);
    std::transform(image.pixels.data(), image.pixels.data() + image.pixels.size(),
                   result.pixels.data(), [&](std::uint8_t value) {
                     return static_cast<std::uint8_t>(std::clamp(change(value), 0, 255));
                   });
    return result;
  };
}

// Shrunk to the given fractions of the sides, in the middle of black.
PictureEdit boxed(double fraction_w, double fraction_h) {
  return [=](const Image& image) {
    const int width = static_cast<int>(std::lround(image.width * fraction_w));
    const int height = static_cast<int>(std::lround(image.height * fraction_h));
    Image result = filled(image.width, image.height, image.channels, 0);
    paste(resized(image, width, height), result, (image.width - width) / 2,
          (image.height - height) / 2);
    return result;
  };
}

}  // namespace

Image scene_rgb(std::uint64_t seed, MediaTime time, int width, int height) {
  Image drawn = draw(*scene_of(seed), seconds(time));
  if (width == kDrawWidth && height == kDrawHeight) return drawn;
  return resized(drawn, width, height);
}

Image scene_luma(std::uint64_t seed, MediaTime time, int width, int height) {
  return luma_of(scene_rgb(seed, time, width, height));
}

Frame scene_frame(std::uint64_t seed, MediaTime time) {
  Frame frame;
  frame.time = time;
  frame.luma = scene_luma(seed, time, kWorkingSize, kWorkingSize * 9 / 16);
  return frame;
}

Image luma_of(const Image& rgb) {
  Image luma(rgb.width, rgb.height, 1);
  const std::uint8_t* in = rgb.pixels.data();
  for (std::size_t i = 0; i < luma.pixels.size(); ++i, in += 3) {
    luma.pixels.data()[i] =
        static_cast<std::uint8_t>(0.299 * in[0] + 0.587 * in[1] + 0.114 * in[2] + 0.5);
  }
  return luma;
}

double mean_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::abs(a.pixels.data()[i] - b.pixels.data()[i]);
  }
  return sum / static_cast<double>(a.pixels.size());
}

PictureEdit mirrored() {
  return [](const Image& image) {
    Image result(image.width, image.height, image.channels);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        std::copy_n(
            image.row(y) + static_cast<std::ptrdiff_t>(x) * image.channels, image.channels,
            result.row(y) + static_cast<std::ptrdiff_t>(image.width - 1 - x) * image.channels);
      }
    }
    return result;
  };
}

PictureEdit grey() {
  return [](const Image& image) {
    if (image.channels == 1) return copy_of(image);
    const Image luma = luma_of(image);
    Image result(image.width, image.height, 3);
    for (std::size_t i = 0; i < luma.pixels.size(); ++i) {
      std::fill_n(result.pixels.data() + 3 * i, 3, luma.pixels.data()[i]);
    }
    return result;
  };
}

PictureEdit brightened(int by) {
  return sample_wise([by](int value) { return value + by; });
}

PictureEdit contrasted(double by) {
  return sample_wise([by](int value) { return static_cast<int>(128 + (value - 128) * by); });
}

PictureEdit letterboxed(double bars) { return boxed(1, 1 - bars); }
PictureEdit pillarboxed(double bars) { return boxed(1 - bars, 1); }

PictureEdit with_logo(double size) {
  return [size](const Image& image) {
    Image result = copy_of(image);
    const double radius = image.width * size / 2;
    const double cx = image.width * 0.97 - radius, cy = image.height * 0.05 + radius;
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        if (std::hypot(x - cx, y - cy) > radius) continue;
        std::fill_n(result.row(y) + static_cast<std::ptrdiff_t>(x) * image.channels, image.channels,
                    std::uint8_t{255});
      }
    }
    return result;
  };
}

PictureEdit with_banner(double height) {
  return [height](const Image& image) {
    Image result = copy_of(image);
    const int rows = static_cast<int>(std::lround(image.height * height));
    for (int y = image.height - rows; y < image.height; ++y) {
      for (int x = 0; x < image.width * image.channels; ++x) {
        result.row(y)[x] = (x / image.channels) * 24 / image.width % 2 == 0 ? 30 : 220;
      }
    }
    return result;
  };
}

PictureEdit cropped(double left, double top, double width, double height) {
  return [=](const Image& image) {
    return resized(image, image.width, image.height, left, top, width, height);
  };
}

PictureEdit inside(std::uint64_t other_seed, double scale, double x, double y) {
  return [=](const Image& image) {
    Image result = scene_rgb(other_seed, MediaTime(0), image.width, image.height);
    if (image.channels == 1) result = luma_of(result);
    const int width = static_cast<int>(std::lround(image.width * scale));
    const int height = static_cast<int>(std::lround(image.height * scale));
    paste(resized(image, width, height), result,
          std::min(static_cast<int>(image.width * x), image.width - width),
          std::min(static_cast<int>(image.height * y), image.height - height));
    return result;
  };
}

PictureEdit combined(PictureEdit first, PictureEdit second) {
  return [first = std::move(first), second = std::move(second)](const Image& image) {
    return second(first(image));
  };
}

}  // namespace staydown::support
