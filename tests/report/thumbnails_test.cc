#include "report/thumbnails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_scan.h"

namespace staydown::report {
namespace {

using namespace std::chrono_literals;
using testing::IsNull;
using testing::NotNull;

TEST(Thumbnails, KeepTheLastOfTheStreamAsJpegs) {
  Thumbnails thumbnails(3s);
  for (const auto t : {0s, 1s, 2s, 3s, 4s}) thumbnails.add(drawn_frame(0, t));
  EXPECT_THAT(thumbnails.at(0s), IsNull());
  EXPECT_THAT(thumbnails.at(1500ms), IsNull());
  ASSERT_THAT(thumbnails.at(1s), NotNull());
  EXPECT_EQ((*thumbnails.at(1s))[0], 0xFF);  // JPEG, start of image
  EXPECT_EQ((*thumbnails.at(1s))[1], 0xD8);
  EXPECT_LT(thumbnails.at(1s)->size(), 30'000U);
}

TEST(Thumbnails, AreBoundedHoweverDenseTheFrames) {
  Thumbnails thumbnails;
  const auto frames = static_cast<int>(Thumbnails::kMaxPictures) + 1;
  for (int i = 0; i < frames; ++i) {
    Frame frame;
    frame.time = i * 1ms;
    frame.luma = Image(16, 16, 1);
    std::fill_n(frame.luma.pixels.data(), frame.luma.pixels.size(), std::uint8_t{128});
    thumbnails.add(frame);
  }
  EXPECT_THAT(thumbnails.at(0ms), IsNull());
  EXPECT_THAT(thumbnails.at(1ms), NotNull());
  EXPECT_THAT(thumbnails.at(std::chrono::milliseconds(frames - 1)), NotNull());
}

}  // namespace
}  // namespace staydown::report
