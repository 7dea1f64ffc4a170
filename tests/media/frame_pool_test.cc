#include "media/frame_pool.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>

#include "media/av_ptr.h"

namespace staydown::media {
namespace {

AVFramePtr frame_from_pool(AVPixelFormat format, int width, int height) {
  const AVCodecContextPtr context(avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264)));
  context->width = width;
  context->height = height;
  context->pix_fmt = format;
  AVFramePtr frame(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = height;
  EXPECT_EQ(get_frame_buffer(context.get(), frame.get(), 0), 0);
  return frame;
}

TEST(FramePool, AlignsEveryRowOfEveryPlane) {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P,
                                     AV_PIX_FMT_YUV410P, AV_PIX_FMT_GRAY8, AV_PIX_FMT_GBRP}) {
    const auto frame = frame_from_pool(format, 321, 179);
    for (int plane = 0; plane < 4 && frame->data[plane] != nullptr; ++plane) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame->data[plane]) % 64, 0U);
      EXPECT_EQ(frame->linesize[plane] % 64, 0);
    }
  }
}

TEST(FramePool, GivesMemoryOfOneDecoderToTheNextWithoutItsPicture) {
  auto frame = frame_from_pool(AV_PIX_FMT_YUV420P, 640, 360);
  const std::uint8_t* memory = frame->data[0];
  std::fill_n(frame->data[0], 640, std::uint8_t{200});
  frame.reset();
  frame = frame_from_pool(AV_PIX_FMT_YUV420P, 640, 360);
  EXPECT_EQ(frame->data[0], memory);
  EXPECT_EQ(std::count(frame->data[0], frame->data[0] + 640, 0), 640);
}

TEST(FramePool, GivesDistinctMemoryToFramesThatLiveTogether) {
  const auto a = frame_from_pool(AV_PIX_FMT_YUV420P, 640, 360);
  const auto b = frame_from_pool(AV_PIX_FMT_YUV420P, 640, 360);
  EXPECT_NE(a->data[0], b->data[0]);
}

}  // namespace
}  // namespace staydown::media
