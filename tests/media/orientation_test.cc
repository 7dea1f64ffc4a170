#include "media/orientation.h"

#include <gmock/gmock.h>

#include <array>

extern "C" {
#include <libavutil/display.h>
}

namespace staydown::media {
namespace {

using testing::ElementsAre;

std::array<std::int32_t, 9> matrix(double clockwise, bool mirrored = false) {
  std::array<std::int32_t, 9> values{};
  av_display_rotation_set(values.data(), clockwise);
  if (mirrored) {  // the mirror comes before the turn
    values[0] = -values[0];
    values[1] = -values[1];
  }
  return values;
}

std::vector<int> turned(Orientation orientation) {
  const std::uint8_t picture[] = {1, 2, 3,  //
                                  4, 5, 6};
  const Image image = upright(picture, 3, 3, 2, 1, orientation);
  EXPECT_EQ(image.width, orientation.swaps_sides() ? 2 : 3);
  return {image.pixels.data(), image.pixels.data() + image.pixels.size()};
}

TEST(Orientation, IsReadFromADisplayMatrix) {
  EXPECT_EQ(orientation_of(matrix(0).data()), (Orientation{false, 0}));
  EXPECT_EQ(orientation_of(matrix(90).data()), (Orientation{false, 1}));
  EXPECT_EQ(orientation_of(matrix(180).data()), (Orientation{false, 2}));
  EXPECT_EQ(orientation_of(matrix(270).data()), (Orientation{false, 3}));
  EXPECT_EQ(orientation_of(matrix(0, true).data()), (Orientation{true, 0}));
  EXPECT_EQ(orientation_of(matrix(90, true).data()), (Orientation{true, 1}));
}

TEST(Orientation, RoundsToTheNearestQuarterTurn) {
  EXPECT_EQ(orientation_of(matrix(80).data()), (Orientation{false, 1}));
  EXPECT_EQ(orientation_of(matrix(-20).data()), (Orientation{false, 0}));
}

TEST(Orientation, OfAMatrixOfZerosIsUpright) {
  const std::array<std::int32_t, 9> zeros{};
  EXPECT_EQ(orientation_of(zeros.data()), Orientation{});
}

TEST(Upright, TurnsClockwiseAfterMirroring) {
  EXPECT_THAT(turned({false, 0}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(turned({false, 1}), ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(turned({false, 2}), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(turned({false, 3}), ElementsAre(3, 6, 2, 5, 1, 4));
  EXPECT_THAT(turned({true, 0}), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(turned({true, 1}), ElementsAre(6, 3, 5, 2, 4, 1));
}

TEST(Upright, SkipsThePaddingOfRows) {
  const std::uint8_t padded[] = {1, 2, 0, 3, 4, 0};
  const Image image = upright(padded, 3, 2, 2, 1, {});
  EXPECT_THAT(std::vector<int>(image.pixels.data(), image.pixels.data() + 4),
              ElementsAre(1, 2, 3, 4));
}

TEST(Upright, KeepsTheChannelsOfAPixelTogether) {
  const std::uint8_t picture[] = {1, 2, 3, 4, 5, 6};
  const Image image = upright(picture, 6, 2, 1, 3, {true, 0});
  EXPECT_THAT(std::vector<int>(image.pixels.data(), image.pixels.data() + 6),
              ElementsAre(4, 5, 6, 1, 2, 3));
}

}  // namespace
}  // namespace staydown::media
