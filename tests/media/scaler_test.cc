#include "media/scaler.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>

namespace staydown::media {
namespace {

using testing::AllOf;
using testing::Field;

auto SizeIs(int width, int height) {
  return AllOf(Field("width", &Image::width, width), Field("height", &Image::height, height));
}

// A frame of `format` whose luma samples are `value(x, y)` and whose chroma is grey.
template <typename Value>
AVFramePtr frame_of(AVPixelFormat format, int width, int height, Value value) {
  AVFramePtr frame(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = height;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  const bool deep = format == AV_PIX_FMT_YUV420P10LE;
  for (int y = 0; y < height; ++y) {
    std::uint8_t* row = frame->data[0] + y * frame->linesize[0];
    for (int x = 0; x < width; ++x) {
      if (deep) {
        reinterpret_cast<std::uint16_t*>(row)[x] = static_cast<std::uint16_t>(value(x, y));
      } else {
        row[x] = static_cast<std::uint8_t>(value(x, y));
      }
    }
  }
  for (int plane = 1; plane <= 2; ++plane) {
    const int rows = (height + 1) / 2, samples = frame->linesize[plane] / (deep ? 2 : 1);
    for (int i = 0; i < rows * samples; ++i) {
      if (deep) {
        reinterpret_cast<std::uint16_t*>(frame->data[plane])[i] = 512;
      } else {
        frame->data[plane][i] = 128;
      }
    }
  }
  return frame;
}

auto flat(int value) {
  return [value](int, int) { return value; };
}

int middle(const Image& image) {
  return image.row(image.height / 2)[image.width / 2 * image.channels];
}

TEST(WorkingSize, IsAtMost512OnTheLongSide) {
  EXPECT_EQ(working_size({1920, 1080}, {0, 1}), (Size{512, 288}));
  EXPECT_EQ(working_size({1080, 1920}, {1, 1}), (Size{288, 512}));
  EXPECT_EQ(working_size({3, 4000}, {1, 1}), (Size{1, 512}));
}

TEST(WorkingSize, DoesNotEnlarge) {
  EXPECT_EQ(working_size({320, 180}, {1, 1}), (Size{320, 180}));
  EXPECT_EQ(working_size({1, 1}, {1, 1}), (Size{1, 1}));
}

TEST(WorkingSize, MakesPixelsSquareByShrinking) {
  EXPECT_EQ(working_size({720, 576}, {64, 45}), (Size{512, 288}));
  EXPECT_EQ(working_size({352, 288}, {12, 11}), (Size{352, 264}));
  EXPECT_EQ(working_size({400, 200}, {1, 2}), (Size{200, 200}));
}

TEST(WorkingSize, TakesAnAbsurdPixelAspectForSquare) {
  EXPECT_EQ(working_size({320, 180}, {1, 60000}), (Size{320, 180}));
  EXPECT_EQ(working_size({320, 180}, {-1, 1}), (Size{320, 180}));
}

TEST(Scaler, ExpandsLimitedRangeLuma) {
  Scaler scaler;
  for (const auto& [limited, full] :
       {std::pair{16, 0}, {126, 128}, {235, 255}, {250, 255}, {2, 0}}) {
    const auto image = scaler.luma(*frame_of(AV_PIX_FMT_YUV420P, 1280, 720, flat(limited)), {});
    ASSERT_TRUE(image);
    EXPECT_THAT(*image, SizeIs(512, 288));
    EXPECT_NEAR(middle(*image), full, 1) << limited;
  }
}

TEST(Scaler, ExpandsFramesThatKeepTheirSize) {
  Scaler scaler;
  const auto image = scaler.luma(*frame_of(AV_PIX_FMT_YUV420P, 320, 180, flat(235)), {});
  ASSERT_TRUE(image);
  EXPECT_THAT(*image, SizeIs(320, 180));
  EXPECT_NEAR(middle(*image), 255, 1);
}

TEST(Scaler, KeepsFullRangeLuma) {
  Scaler scaler;
  auto labelled = frame_of(AV_PIX_FMT_YUV420P, 640, 360, flat(235));
  labelled->color_range = AVCOL_RANGE_JPEG;
  EXPECT_NEAR(middle(*scaler.luma(*labelled, {})), 235, 1);
  EXPECT_NEAR(middle(*scaler.luma(*frame_of(AV_PIX_FMT_YUVJ420P, 640, 360, flat(10)), {})), 10, 1);
}

TEST(Scaler, ReadsTenBits) {
  Scaler scaler;
  EXPECT_NEAR(middle(*scaler.luma(*frame_of(AV_PIX_FMT_YUV420P10LE, 640, 360, flat(504)), {})), 128,
              1);
}

TEST(Scaler, ReadsOddSizes) {
  Scaler scaler;
  const auto ramp = [](int x, int) { return 16 + x * 219 / 998; };
  const auto image = scaler.luma(*frame_of(AV_PIX_FMT_YUV420P, 999, 333, ramp), {});
  ASSERT_TRUE(image);
  EXPECT_THAT(*image, SizeIs(512, 171));
  EXPECT_NEAR(image->row(100)[0], 0, 2);
  EXPECT_NEAR(image->row(100)[511], 255, 2);
  EXPECT_NEAR(middle(*image), 128, 2);
}

TEST(Scaler, BlendsTheFieldsOfInterlacedFrames) {
  Scaler scaler;
  const auto comb = [](int, int y) { return y % 2 == 0 ? 16 : 235; };
  EXPECT_NEAR(middle(*scaler.luma(*frame_of(AV_PIX_FMT_YUV420P, 1920, 1080, comb), {})), 128, 35);
}

// Against area averaging in double precision.
TEST(Scaler, AveragesByArea) {
  constexpr int kWidth = 1024, kHeight = 512;
  const auto texture = [](int x, int y) { return 16 + (x * x * 7 + y * 13 + x * y) % 220; };
  Scaler scaler;
  const auto image = scaler.luma(*frame_of(AV_PIX_FMT_YUV420P, kWidth, kHeight, texture), {});
  ASSERT_TRUE(image);
  ASSERT_THAT(*image, SizeIs(512, 256));
  double worst = 0;
  for (int y = 0; y < 256; ++y) {
    for (int x = 0; x < 512; ++x) {
      const double mean = (texture(2 * x, 2 * y) + texture(2 * x + 1, 2 * y) +
                           texture(2 * x, 2 * y + 1) + texture(2 * x + 1, 2 * y + 1)) /
                          4.0;
      worst = std::max(worst, std::abs((mean - 16) * 255 / 219 - image->row(y)[x]));
    }
  }
  EXPECT_LT(worst, 1.5);
}

TEST(Scaler, TurnsAndSquaresPixelsAsTheContainerSays) {
  Scaler scaler;
  const auto bright_left = [](int x, int) { return x < 180 ? 235 : 16; };
  const auto frame = frame_of(AV_PIX_FMT_YUV420P, 360, 360, bright_left);
  frame->sample_aspect_ratio = {1, 1};
  const auto image = scaler.luma(
      *frame, {.orientation = {.mirrored = false, .quarter_turns = 1}, .pixel_aspect = {2, 1}});
  ASSERT_TRUE(image);
  EXPECT_THAT(*image, SizeIs(180, 360));
  EXPECT_NEAR(image->row(10)[90], 255, 1);
  EXPECT_NEAR(image->row(350)[90], 0, 1);
}

TEST(Scaler, GivesInterleavedRgbOfTheSameSize) {
  Scaler scaler;
  auto frame = frame_of(AV_PIX_FMT_YUV420P, 1280, 720, flat(63));
  for (int i = 0; i < 360 * frame->linesize[1]; ++i) frame->data[1][i] = 102;
  for (int i = 0; i < 360 * frame->linesize[2]; ++i) frame->data[2][i] = 240;
  frame->colorspace = AVCOL_SPC_BT709;
  const auto image = scaler.rgb(*frame, {});
  ASSERT_TRUE(image);
  EXPECT_THAT(*image, SizeIs(512, 288));
  EXPECT_EQ(image->channels, 3);
  const auto* pixel = image->row(144) + 256 * 3;
  EXPECT_NEAR(pixel[0], 255, 2);  // BT.709 red is Y 63, Cb 102, Cr 240
  EXPECT_NEAR(pixel[1], 0, 2);
  EXPECT_NEAR(pixel[2], 0, 2);
}

TEST(Scaler, RefusesAFormatThatItCannotRead) {
  Scaler scaler;
  AVFramePtr frame(av_frame_alloc());
  frame->format = AV_PIX_FMT_VAAPI;
  frame->width = frame->height = 64;
  const auto image = scaler.luma(*frame, {});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::kDecodeFailed);
  EXPECT_EQ(image.error().message, "cannot scale 64x64 vaapi");
}

}  // namespace
}  // namespace staydown::media
