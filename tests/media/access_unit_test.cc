#include "media/access_unit.h"

#include <gmock/gmock.h>

#include "core/segment.h"

namespace staydown::media {
namespace {

AVCodecParametersPtr parameters(AVCodecID codec, int length_size = 0) {
  AVCodecParametersPtr result(avcodec_parameters_alloc());
  result->codec_id = codec;
  if (length_size > 0) {
    result->extradata = static_cast<std::uint8_t*>(av_mallocz(64));
    result->extradata_size = 32;
    result->extradata[0] = 1;
    result->extradata[4] = result->extradata[21] = static_cast<std::uint8_t>(length_size - 1);
  }
  return result;
}

FrameKind h264(const Bytes& packet, bool marked = false) {
  return AccessUnits(*parameters(AV_CODEC_ID_H264)).kind_of(packet, marked);
}

FrameKind hevc(std::uint8_t type) {
  const Bytes packet = {0, 0, 0, 1, static_cast<std::uint8_t>(type << 1U), 1, 0x80};
  return AccessUnits(*parameters(AV_CODEC_ID_HEVC)).kind_of(packet, true);
}

// Slice headers: first_mb_in_slice 0 is the bit 1; slice_type 7 (I) is 0001000, 5 (P) 00110.
constexpr std::uint8_t kIntraSlice = 0x88, kPredictedSlice = 0x98;

TEST(AccessUnit, OfH264WithAnIdrSliceIsAKeyframe) {
  EXPECT_EQ(h264({0, 0, 0, 1, 0x09, 0xF0, 0, 0, 1, 0x65, kIntraSlice}), FrameKind::kKey);
}

TEST(AccessUnit, OfH264IsDisposableWithoutReferenceBits) {
  EXPECT_EQ(h264({0, 0, 1, 0x41, kPredictedSlice}), FrameKind::kReference);
  EXPECT_EQ(h264({0, 0, 1, 0x01, kPredictedSlice}), FrameKind::kDisposable);
}

TEST(AccessUnit, OfH264ThatIsMarkedAsKeyIsOneOnlyIfAllItsSlicesAreIntra) {
  const Bytes intra = {0, 0, 1, 0x41, kIntraSlice, 0, 0, 1, 0x41, kIntraSlice};
  const Bytes mixed = {0, 0, 1, 0x41, kIntraSlice, 0, 0, 1, 0x41, kPredictedSlice};
  EXPECT_EQ(h264(intra, true), FrameKind::kKey);
  EXPECT_EQ(h264(intra), FrameKind::kReference);
  EXPECT_EQ(h264(mixed, true), FrameKind::kRecoveryPoint);
}

TEST(AccessUnit, OfH264WithARecoveryPointMessageIsARecoveryPoint) {
  EXPECT_EQ(h264({0, 0, 1, 0x06, 5, 1, 0xAA, 6, 1, 0xC0, 0x80, 0, 0, 1, 0x41, kPredictedSlice}),
            FrameKind::kRecoveryPoint);
}

TEST(AccessUnit, OfH264WithLengthsIsReadToo) {
  const AccessUnits units(*parameters(AV_CODEC_ID_H264, 4));
  EXPECT_EQ(units.kind_of(Bytes{0, 0, 0, 2, 0x09, 0xF0, 0, 0, 0, 2, 0x65, kIntraSlice}, false),
            FrameKind::kKey);
  EXPECT_EQ(units.kind_of(Bytes{0, 0, 0, 2, 0x01, kPredictedSlice}, false), FrameKind::kDisposable);
  EXPECT_EQ(units.kind_of(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x65}, false), FrameKind::kKey);
}

TEST(AccessUnit, OfHevcFollowsTheTypeOfItsFirstSlice) {
  EXPECT_EQ(hevc(0), FrameKind::kDisposable);  // TRAIL_N
  EXPECT_EQ(hevc(1), FrameKind::kReference);   // TRAIL_R
  EXPECT_EQ(hevc(8), FrameKind::kDisposable);  // RASL_N
  EXPECT_EQ(hevc(19), FrameKind::kKey);        // IDR_W_RADL
  EXPECT_EQ(hevc(21), FrameKind::kKey);        // CRA
}

TEST(AccessUnit, OfOtherCodecsIsWhatItIsMarkedAs) {
  const AccessUnits units(*parameters(AV_CODEC_ID_VP9));
  EXPECT_EQ(units.kind_of(Bytes{1, 2}, true), FrameKind::kKey);
  EXPECT_EQ(units.kind_of(Bytes{1, 2}, false), FrameKind::kReference);
}

TEST(AccessUnit, OfNothingIsAReference) {
  EXPECT_EQ(h264({}), FrameKind::kReference);
  EXPECT_EQ(h264({0, 0, 1}), FrameKind::kReference);
}

}  // namespace
}  // namespace staydown::media
