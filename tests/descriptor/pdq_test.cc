#include "descriptor/pdq.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "descriptor/pictures.h"
#include "support/scene.h"

namespace staydown::descriptor {
namespace {

using support::scene_luma;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

TEST(Pdq, GivesAFlatImageNoQuality) { EXPECT_EQ(pdq(flat(512, 288, 90)).quality, 0); }

TEST(Pdq, MirroredIsExactlyTheHashOfTheFlippedImage) {
  for (const Size size : {Size{512, 288}, Size{341, 512}, Size{77, 53}}) {
    const Image image = scene_luma(7, MediaTime(0), size.width, size.height);
    const Image flipped = support::mirrored()(image);
    EXPECT_EQ(pdq(image, {1280, 720}).mirrored, pdq(flipped, {1280, 720}).hash);
    EXPECT_EQ(pdq(image).mirrored, pdq(flipped).hash);
  }
}

TEST(Pdq, SurvivesBrightnessContrastAndNoise) {
  const Image image = support::contrasted(0.7)(scene_luma(3, MediaTime(0), 512, 288));
  const PdqHash hash = pdq(image).hash;
  EXPECT_THAT(distance(hash, pdq(support::brightened(15)(image)).hash), Le(6));
  EXPECT_THAT(distance(hash, pdq(support::contrasted(0.6)(image)).hash), Le(6));
  EXPECT_THAT(distance(hash, pdq(with_noise(support::contrasted(1)(image), 12, 1)).hash), Le(10));
}

TEST(Pdq, HashOfAScaledImageFollowsItsSource) {
  for (const Size source : {Size{1280, 720}, Size{720, 1280}, Size{1080, 1080}}) {
    const Image whole = scene_luma(5, MediaTime(0), source.width, source.height);
    const double scale = 512.0 / std::max(source.width, source.height);
    const Image small = scaled(whole, static_cast<int>(source.width * scale),
                               static_cast<int>(source.height * scale));
    const PdqResult expected = pdq(whole), followed = pdq(small, source);
    EXPECT_THAT(distance(expected.hash, followed.hash), Le(8));
    EXPECT_THAT(distance(expected.mirrored, followed.mirrored), Le(8));
    EXPECT_NEAR(expected.quality, followed.quality, 2);
  }
}

TEST(Pdq, TakesAnySizeFromOnePixel) {
  for (const Size size : {Size{1, 1}, Size{2, 1}, Size{1, 300}, Size{63, 64}, Size{5000, 3}}) {
    const Image image = scene_luma(1, MediaTime(0), size.width, size.height);
    EXPECT_THAT(pdq(image).quality, AllOf(Ge(0), Le(100)));
    EXPECT_EQ(pdq(image, size).hash, pdq(image).hash);
    EXPECT_THAT(pdq(image, {1920, 1080}).quality, AllOf(Ge(0), Le(100)));
  }
}

TEST(PdqHex, PrintsTheLastWordFirstAndReadsItBack) {
  const PdqHash hash{{0x0123456789abcdef, 0, 1, 0xfedcba9876543210}};
  const std::string hex =
      "fedcba9876543210"
      "0000000000000001"
      "0000000000000000"
      "0123456789abcdef";
  EXPECT_EQ(to_hex(hash), hex);
  EXPECT_EQ(pdq_from_hex(hex), hash);
  std::string upper = hex;
  std::transform(hex.begin(), hex.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  EXPECT_EQ(pdq_from_hex(upper), hash);
}

TEST(PdqHex, RefusesAnythingElse) {
  const std::string good(64, 'a');
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "a", "0x" + good.substr(2), "-" + good.substr(1),
        "+" + good.substr(1), " " + good.substr(1), good.substr(1) + "g", good.substr(1) + " "}) {
    EXPECT_EQ(pdq_from_hex(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace staydown::descriptor
