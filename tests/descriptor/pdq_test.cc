#include "descriptor/pdq.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "descriptor/pictures.h"

namespace staydown::descriptor {
namespace {

using ::testing::Le;

TEST(Pdq, HashOfAFlatImageSaysNothing) {
  const PdqResult result = pdq(flat(512, 288, 90));
  EXPECT_EQ(result.quality, 0);
}

TEST(Pdq, MirroredIsExactlyTheHashOfTheFlippedImage) {
  for (const Size size : {Size{512, 288}, Size{341, 512}, Size{512, 512}, Size{77, 53}}) {
    const Image image = picture(size.width, size.height, 7);
    EXPECT_EQ(pdq(image, {1280, 720}).mirrored, pdq(flipped(image), {1280, 720}).hash);
    EXPECT_EQ(pdq(image).mirrored, pdq(flipped(image)).hash);
  }
}

TEST(Pdq, SurvivesBrightnessAndContrast) {
  const Image image = toned(picture(512, 288, 3), 0.7, 30);  // away from black and white
  const PdqHash hash = pdq(image).hash;
  EXPECT_THAT(distance(hash, pdq(toned(image, 1.0, 25)).hash), Le(10));
  EXPECT_THAT(distance(hash, pdq(toned(image, 0.6, 0)).hash), Le(10));
}

TEST(Pdq, TellsPicturesApart) {
  EXPECT_THAT(distance(pdq(picture(512, 288, 1)).hash, pdq(picture(512, 288, 2)).hash),
              testing::Ge(90));
}

TEST(Pdq, HashOfAScaledImageFollowsItsSource) {
  for (const Size source : {Size{1280, 720}, Size{720, 1280}, Size{600, 600}}) {
    const Image whole = picture(source.width, source.height, 5);
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
    const Image image = picture(size.width, size.height, 1);
    EXPECT_THAT(pdq(image).quality, testing::AllOf(testing::Ge(0), Le(100)));
    EXPECT_EQ(pdq(image, size).hash, pdq(image).hash);
  }
}

TEST(PdqHex, PrintsTheLastWordFirstAndReadsItBack) {
  const PdqHash hash{{0x0123456789abcdef, 0, 1, 0xfedcba9876543210}};
  const std::string hex =
      "fedcba987654321000000000000000010000000000000000"
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
