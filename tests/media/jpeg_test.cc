#include "media/jpeg.h"

#include <gmock/gmock.h>

#include "media/av_ptr.h"
#include "support/scene.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;

// Decodes with FFmpeg, back to interleaved RGB.
Image decoded(const Bytes& jpeg) {
  const AVCodecContextPtr decoder(avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MJPEG)));
  const AVPacketPtr packet(av_packet_alloc());
  av_new_packet(packet.get(), static_cast<int>(jpeg.size()));
  std::copy(jpeg.begin(), jpeg.end(), packet->data);
  const AVFramePtr frame(av_frame_alloc());
  if (avcodec_open2(decoder.get(), nullptr, nullptr) < 0 ||
      avcodec_send_packet(decoder.get(), packet.get()) < 0 ||
      avcodec_receive_frame(decoder.get(), frame.get()) < 0) {
    return {};
  }
  Image image(frame->width, frame->height, 3);
  const SwsContextPtr scaler(sws_getContext(frame->width, frame->height, AV_PIX_FMT_YUVJ420P,
                                            frame->width, frame->height, AV_PIX_FMT_RGB24, SWS_AREA,
                                            nullptr, nullptr, nullptr));
  std::uint8_t* rows[4] = {image.row(0)};
  const int strides[4] = {3 * frame->width};
  sws_scale(scaler.get(), frame->data, frame->linesize, 0, frame->height, rows, strides);
  return image;
}

TEST(Jpeg, LooksLikeTheImage) {
  const auto image = support::scene_rgb(1, 0s, 512, 288);
  const auto jpeg = encode_jpeg(image, 512);
  ASSERT_TRUE(jpeg);
  EXPECT_LT(jpeg->size(), 100'000U);
  const auto back = decoded(*jpeg);
  ASSERT_EQ(back.width, 512);
  ASSERT_EQ(back.height, 288);
  EXPECT_LT(support::mean_difference(image, back), 6);
}

TEST(Jpeg, ScalesToTheWidthAndKeepsTheShape) {
  const auto jpeg = encode_jpeg(support::scene_rgb(1, 0s, 512, 288), 321);
  ASSERT_TRUE(jpeg);
  const auto back = decoded(*jpeg);
  EXPECT_EQ(back.width, 321);
  EXPECT_EQ(back.height, 180);
  EXPECT_LT(support::mean_difference(support::scene_rgb(1, 0s, 321, 180), back), 10);
}

TEST(Jpeg, NeverEnlarges) {
  const auto jpeg = encode_jpeg(support::scene_rgb(1, 0s, 64, 36), 512);
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(decoded(*jpeg).width, 64);
}

TEST(Jpeg, TakesGreyImages) {
  const auto grey = support::scene_luma(3, 0s, 200, 100);
  const auto jpeg = encode_jpeg(grey, 200);
  ASSERT_TRUE(jpeg);
  const auto back = decoded(*jpeg);
  ASSERT_EQ(back.width, 200);
  EXPECT_LT(support::mean_difference(grey, support::luma_of(back)), 4);
}

TEST(Jpeg, TakesThePictureOfOnePixel) {
  EXPECT_TRUE(encode_jpeg(support::scene_rgb(1, 0s, 1, 1), 100));
  const auto strip = encode_jpeg(support::scene_rgb(1, 0s, 400, 2), 10);
  ASSERT_TRUE(strip);
  EXPECT_EQ(decoded(*strip).height, 1);
}

TEST(Jpeg, RefusesWhatIsNoPicture) {
  for (const auto& image : {Image(), Image(8, 8, 2)}) {
    const auto jpeg = encode_jpeg(image, 100);
    ASSERT_FALSE(jpeg);
    EXPECT_EQ(jpeg.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(encode_jpeg(Image(8, 8, 3), 0));
}

}  // namespace
}  // namespace staydown::media
