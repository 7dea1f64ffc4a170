#include "descriptor/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "descriptor/pictures.h"
#include "support/scene.h"

namespace staydown::descriptor {

void PrintTo(const Box& box, std::ostream* out) {
  *out << box.width << " x " << box.height << " at " << box.x << ", " << box.y;
}

namespace {

using ::testing::Eq;
using ::testing::Optional;
using namespace std::chrono_literals;

// All four edges within a pixel.
MATCHER_P(BoxNear, expected, "") {
  return std::abs(arg.x - expected.x) <= 1 && std::abs(arg.y - expected.y) <= 1 &&
         std::abs(arg.x + arg.width - expected.x - expected.width) <= 1 &&
         std::abs(arg.y + arg.height - expected.y - expected.height) <= 1;
}

// Soft, as what is photographed: scenes have boxes with edges as sharp as those of a cut-out
// picture.
Image scene(std::uint64_t seed, int width, int height) {
  return blurred(support::scene_luma(seed, 1s, width, height), 2);
}

Frame frame_of(Image luma) {
  Frame frame;
  frame.luma = with_noise(std::move(luma), 1, 1);
  return frame;
}

constexpr std::uint64_t kSeeds = 8;

TEST(FindTrimmed, TakesOffBarsOfAnyLevelAndSize) {
  struct Case {
    Size frame;
    Box picture;
    int level;
  };
  for (const Case& bars : {
           Case{{512, 384}, {0, 48, 512, 288}, 0},    // letterbox
           Case{{512, 288}, {64, 0, 384, 288}, 0},    // pillarbox
           Case{{512, 384}, {0, 30, 512, 288}, 255},  // white, not centred
           Case{{512, 320}, {0, 32, 512, 288}, 60},   // above only
           Case{{512, 320}, {0, 0, 512, 288}, 200},   // below only
           Case{{400, 288}, {0, 0, 380, 288}, 128},   // right only
           Case{{288, 512}, {0, 175, 288, 162}, 16},  // landscape in a vertical frame
           Case{{512, 400}, {40, 60, 430, 280}, 90},  // a border, uneven
       }) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Image picture = scene(seed, bars.picture.width, bars.picture.height);
      const Frame frame =
          frame_of(pasted(picture, flat(bars.frame.width, bars.frame.height, bars.level),
                          bars.picture.x, bars.picture.y));
      EXPECT_THAT(find_trimmed(frame), Optional(BoxNear(bars.picture))) << "seed " << seed;
    }
  }
}

TEST(FindTrimmed, TakesOffBarsThatHoldTextAndLogos) {
  Image bars = flat(512, 420, 0);
  for (int letter = 0; letter < 18; ++letter) {
    bars = pasted(flat(10, 16, 240), std::move(bars), 80 + 20 * letter, 24);
  }
  bars = pasted(flat(30, 30, 180), std::move(bars), 470, 380);
  const Frame frame = frame_of(pasted(scene(3, 512, 288), std::move(bars), 0, 66));
  EXPECT_THAT(find_trimmed(frame), Optional(BoxNear(Box{0, 66, 512, 288})));
}

TEST(FindTrimmed, TakesOffBlurredFill) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    // Texture: real pictures have detail that the smooth scenes lack.
    const Image picture = with_noise(scene(seed, 162, 288), 12, 7);
    const Frame frame = frame_of(pasted(picture, blurred(scene(seed, 512, 288), 12), 175, 0));
    EXPECT_THAT(find_trimmed(frame), Optional(BoxNear(Box{175, 0, 162, 288}))) << "seed " << seed;
  }
}

TEST(FindTrimmed, LeavesPlainPicturesAlone) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    EXPECT_THAT(find_trimmed(frame_of(scene(seed, 512, 288))), Eq(std::nullopt)) << seed;
  }
  for (const int level : {0, 16, 128, 255}) {
    EXPECT_THAT(find_trimmed(frame_of(flat(512, 288, level))), Eq(std::nullopt)) << level;
  }
}

TEST(FindTrimmed, LeavesSkiesAndDarkScenesAlone) {
  // A flat sky over hills, and the same at night with a few lights.
  for (const int sky : {180, 4}) {
    Image image = flat(512, 288, sky);
    for (int x = 0; x < 512; ++x) {
      const int hill = 150 + (x / 3) % 40 + x / 16;
      for (int y = hill; y < 288; ++y)
        image.row(y)[x] = static_cast<std::uint8_t>(40 + (7 * x + 13 * y) % 30);
    }
    EXPECT_THAT(find_trimmed(frame_of(std::move(image))), Eq(std::nullopt));
  }
  Image night = flat(512, 288, 3);
  for (int lamp = 0; lamp < 6; ++lamp) {
    night = pasted(flat(12, 9, 220), std::move(night), 60 + 70 * lamp, 100 + 20 * (lamp % 3));
  }
  EXPECT_THAT(find_trimmed(frame_of(std::move(night))), Eq(std::nullopt));
}

TEST(FindTrimmed, TakesAnySize) {
  for (const Size size : {Size{1, 1}, Size{2, 300}, Size{300, 2}, Size{9, 9}, Size{30, 512}}) {
    EXPECT_THAT(find_trimmed(frame_of(flat(size.width, size.height, 9))), Eq(std::nullopt));
  }
}

TEST(FindInner, FindsAPictureWithinAnother) {
  for (const Box box : {Box{150, 60, 308, 172}, Box{20, 30, 204, 114}, Box{200, 90, 300, 190},
                        Box{30, 16, 440, 248}}) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Frame frame = frame_of(
          pasted(scene(seed, box.width, box.height), scene(seed + 100, 512, 288), box.x, box.y));
      EXPECT_THAT(find_inner(frame), Optional(BoxNear(box))) << "seed " << seed;
    }
  }
}

TEST(FindInner, FindsThePlayerOnAPage) {
  Image page = pasted(flat(512, 24, 40), flat(512, 320, 250), 0, 0);
  for (int line = 0; line < 8; ++line) {
    page = pasted(flat(90 + 7 * (line % 3), 4, 90), std::move(page), 390, 60 + 14 * line);
  }
  const Box box{24, 48, 340, 191};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Frame frame = frame_of(
        pasted(scene(seed, box.width, box.height), crop(page, {0, 0, 512, 320}), box.x, box.y));
    EXPECT_THAT(find_inner(frame), Optional(BoxNear(box))) << "seed " << seed;
  }
}

TEST(FindInner, FindsNothingInPlainPictures) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    EXPECT_THAT(find_inner(frame_of(scene(seed, 512, 288))), Eq(std::nullopt)) << seed;
  }
  EXPECT_THAT(find_inner(frame_of(flat(512, 288, 77))), Eq(std::nullopt));
  for (const Size size : {Size{1, 1}, Size{2, 300}, Size{63, 200}, Size{64, 64}}) {
    EXPECT_THAT(find_inner(frame_of(flat(size.width, size.height, 9))), Eq(std::nullopt));
  }
}

TEST(Crop, CopiesTheBox) {
  Image image(4, 3, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels.data()[i] = static_cast<std::uint8_t>(i);
  }
  const Image part = crop(image, {1, 1, 2, 2});
  EXPECT_EQ(part.channels, 3);
  EXPECT_THAT(std::vector<int>(part.pixels.data(), part.pixels.data() + part.pixels.size()),
              testing::ElementsAre(15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32));
}

}  // namespace
}  // namespace staydown::descriptor
