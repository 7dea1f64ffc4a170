#include "embedding/area_scaler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace staydown::embedding {
namespace {

using testing::ElementsAre;

Image noise(int width, int height) {
  Image image(width, height, 3);
  std::mt19937 random(7);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels.data()[i] = static_cast<std::uint8_t>(random());
  }
  return image;
}

std::vector<std::uint8_t> scaled(const Image& image, int width, int height) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height) * 3);
  AreaScaler(width, height).scale(image, pixels);
  return pixels;
}

// What the header says, as it says it: the mean over what a pixel covers.
double mean(const Image& image, int channel, double x0, double y0, double x1, double y1) {
  double sum = 0;
  for (int y = 0; y < image.height; ++y) {
    const double high = std::max(0.0, std::min<double>(y + 1, y1) - std::max<double>(y, y0));
    for (int x = 0; x < image.width && high > 0; ++x) {
      const double wide = std::max(0.0, std::min<double>(x + 1, x1) - std::max<double>(x, x0));
      sum += high * wide * image.row(y)[x * 3 + channel];
    }
  }
  return sum / ((x1 - x0) * (y1 - y0));
}

TEST(AreaScaler, KeepsAPictureOfItsOwnSize) {
  const Image image = noise(5, 3);
  EXPECT_THAT(scaled(image, 5, 3), testing::ElementsAreArray(image.pixels.data(), 45));
}

TEST(AreaScaler, AveragesWhatAPixelCoversChannelByChannel) {
  Image image(4, 1, 3);
  const std::uint8_t row[] = {0, 10, 200, 100, 30, 210, 7, 8, 9, 7, 8, 9};
  std::copy(std::begin(row), std::end(row), image.row(0));
  EXPECT_THAT(scaled(image, 2, 1), ElementsAre(50, 20, 205, 7, 8, 9));
}

TEST(AreaScaler, RepeatsPixelsOfASmallerPicture) {
  Image image(1, 1, 3);
  image.row(0)[0] = 1, image.row(0)[1] = 2, image.row(0)[2] = 3;
  EXPECT_THAT(scaled(image, 2, 1), ElementsAre(1, 2, 3, 1, 2, 3));
}

TEST(AreaScaler, IsTheMeanOfWhatIsCoveredForAnyPairOfSizes) {
  for (const auto& [from, to] :
       {std::pair(Size{512, 288}, Size{224, 128}), std::pair(Size{288, 512}, Size{224, 128}),
        std::pair(Size{225, 129}, Size{224, 128}), std::pair(Size{40, 300}, Size{224, 128}),
        std::pair(Size{23, 31}, Size{224, 128})}) {
    const Image image = noise(from.width, from.height);
    const auto pixels = scaled(image, to.width, to.height);
    const double across = static_cast<double>(from.width) / to.width;
    const double down = static_cast<double>(from.height) / to.height;
    double worst = 0;
    for (int y = 0; y < to.height; y += 3) {
      for (int x = 0; x < to.width; x += 5) {
        const double exact = mean(image, 1, x * across, y * down, (x + 1) * across, (y + 1) * down);
        const auto place = (static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width) +
                            static_cast<std::size_t>(x)) *
                               3 +
                           1;
        worst = std::max(worst, std::abs(exact - pixels[place]));
      }
    }
    // Rounding, and slivers of less than a thousandth of a pixel.
    EXPECT_LT(worst, 0.8) << from.width << "x" << from.height;
  }
}

}  // namespace
}  // namespace staydown::embedding
