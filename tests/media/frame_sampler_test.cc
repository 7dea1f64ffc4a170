#include "media/frame_sampler.h"

#include <gmock/gmock.h>

#include <string>
#include <tuple>

#include "media/sampling_matchers.h"
#include "support/synthetic_video.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::Codec;
using support::Container;
using support::encode;
using support::segments;
using support::VideoSpec;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;

const StreamId kStream("cam-7");

Segment segment_of(Bytes bytes, MediaTime start = 0s, std::int64_t sequence = 0) {
  Segment segment;
  segment.stream = kStream;
  segment.sequence = sequence;
  segment.start = start;
  segment.bytes = std::move(bytes);
  return segment;
}

VideoSpec video(std::uint64_t seed, MediaTime duration) {
  return {.parts = {{.seed = seed, .duration = duration}}};
}

using Format = std::tuple<Codec, Container>;

class EveryFormat : public testing::TestWithParam<Format> {
 protected:
  VideoSpec spec(int gop) const {
    VideoSpec spec = video(3, 4s);
    std::tie(spec.codec, spec.container) = GetParam();
    spec.gop = gop;
    spec.audio = spec.container != Container::kWebm;
    return spec;
  }
};

TEST_P(EveryFormat, GivesItsKeyframes) {
  const VideoSpec live = spec(25);
  FrameSampler sampler;
  std::vector<MediaTime> times;
  for (const auto& segment : segments(live, kStream, 2s)) {
    const auto sampled = sampler.sample(segment);
    ASSERT_TRUE(sampled) << sampled.error().message;
    EXPECT_EQ(sampled->mode, SamplingMode::kKeyframes);
    EXPECT_EQ(sampled->decoded_frames, 2);
    EXPECT_NEAR(seconds(sampled->duration), 2, 0.002);
    EXPECT_THAT(sampled->warnings, IsEmpty());
    EXPECT_LT(worst_difference(sampled->frames, live), kSamePicture);
    for (const auto time : times_of(sampled->frames)) times.push_back(time);
  }
  EXPECT_THAT(times, ElementsAre(0s, 1s, 2s, 3s));
}

TEST_P(EveryFormat, GivesAFrameASecondOfALongGop) {
  const VideoSpec live = spec(100);
  FrameSampler sampler;
  const auto sampled = sampler.sample(segments(live, kStream, 4s).at(0));
  ASSERT_TRUE(sampled) << sampled.error().message;
  EXPECT_EQ(sampled->mode, SamplingMode::kAllFrames);
  // MPEG-2's last frame waits for the next segment, which may need what the decoder holds.
  EXPECT_THAT(sampled->decoded_frames, AnyOf(99, 100));
  EXPECT_THAT(times_of(sampled->frames), ElementsAre(0s, 1s, 2s, 3s));
  EXPECT_LT(worst_difference(sampled->frames, live), kSamePicture);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, EveryFormat,
    testing::Values(
        Format(Codec::kH264, Container::kMpegTs), Format(Codec::kH264, Container::kMp4),
        Format(Codec::kH264, Container::kFragmentedMp4), Format(Codec::kH264, Container::kMatroska),
        Format(Codec::kH264, Container::kFlv), Format(Codec::kHevc, Container::kMpegTs),
        Format(Codec::kHevc, Container::kFragmentedMp4), Format(Codec::kVp8, Container::kWebm),
        Format(Codec::kVp9, Container::kWebm), Format(Codec::kVp9, Container::kFragmentedMp4),
        Format(Codec::kAv1, Container::kFragmentedMp4), Format(Codec::kAv1, Container::kWebm),
        Format(Codec::kMpeg4, Container::kMp4), Format(Codec::kMpeg4, Container::kMpegTs),
        Format(Codec::kMpeg2, Container::kMpegTs)));

TEST(FrameSampler, DecodesOnlyKeyframesThatAreFarEnoughApart) {
  VideoSpec live = video(4, 4s);
  live.gop = 10;  // a keyframe every 0.4 s
  FrameSampler sampler;
  const auto sampled = sampler.sample(segment_of(encode(live), 60s));
  ASSERT_TRUE(sampled);
  EXPECT_EQ(sampled->decoded_frames, 4);
  EXPECT_THAT(times_of(sampled->frames), ElementsAre(60s, 61200ms, 62400ms, 63600ms));
  EXPECT_LT(worst_difference(sampled->frames, live, 60s), kSamePicture);
}

TEST(FrameSampler, GivesEveryKeyframeOfAStreamWithBFrames) {
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kMpeg4, Codec::kMpeg2}) {
    VideoSpec live = video(5, 6s);
    live.codec = codec;
    live.b_frames = 2;
    FrameSampler sampler;
    std::vector<MediaTime> times;
    for (const auto& segment : segments(live, kStream, 2s)) {
      const auto sampled = sampler.sample(segment);
      ASSERT_TRUE(sampled) << sampled.error().message;
      EXPECT_EQ(sampled->decoded_frames, 2);
      EXPECT_LT(worst_difference(sampled->frames, live), kSamePicture);
      for (const auto time : times_of(sampled->frames)) times.push_back(time);
    }
    EXPECT_THAT(times, ElementsAre(0s, 1s, 2s, 3s, 4s, 5s)) << static_cast<int>(codec);
  }
}

TEST(FrameSampler, SkipsFramesThatNothingRefersTo) {
  VideoSpec live = video(6, 4s);
  live.gop = 100;
  live.b_frames = 1;  // every second frame
  FrameSampler sampler;
  const auto sampled = sampler.sample(segment_of(encode(live)));
  ASSERT_TRUE(sampled);
  EXPECT_EQ(sampled->mode, SamplingMode::kReferenceFrames);
  EXPECT_EQ(sampled->decoded_frames, 50);  // of 51: the last waits for the next segment
  EXPECT_THAT(times_of(sampled->frames), ElementsAre(0s, 1040ms, 2s, 3040ms));
  EXPECT_LT(worst_difference(sampled->frames, live), kSamePicture);
}

TEST(FrameSampler, GivesTwoFramesASecondWhenAskedForMore) {
  const VideoSpec live = video(7, 2s);
  const Segment segment = segment_of(encode(live), 10s);
  FrameSampler sampler;
  const auto normal = sampler.sample(segment);
  ASSERT_TRUE(normal);
  EXPECT_THAT(times_of(normal->frames), ElementsAre(10s, 11s));
  const auto dense = sampler.sample(segment, Density::kDense);
  ASSERT_TRUE(dense);
  EXPECT_THAT(times_of(dense->frames), ElementsAre(10s, 10520ms, 11s, 11520ms));
  EXPECT_LT(worst_difference(dense->frames, live, 10s), kSamePicture);
  const auto after = sampler.sample(segment);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->mode, SamplingMode::kKeyframes);
}

TEST(FrameSampler, FillsRgbOnRequest) {
  VideoSpec live = video(8, 1s);
  live.width = 1280;
  live.height = 720;
  FrameSampler sampler({.rgb = true});
  const auto sampled = sampler.sample(segment_of(encode(live)));
  ASSERT_TRUE(sampled);
  ASSERT_EQ(sampled->frames.size(), 1U);
  const Frame& frame = sampled->frames[0];
  EXPECT_EQ(frame.source, (Size{1280, 720}));
  EXPECT_EQ(frame.luma.width, 512);
  EXPECT_EQ(frame.luma.height, 288);
  EXPECT_EQ(frame.rgb.channels, 3);
  EXPECT_LT(support::mean_difference(frame.rgb, support::scene_rgb(8, 0s, 512, 288)), kSamePicture);
}

TEST(FrameSampler, GivesTheSameFramesForTheSameSegments) {
  VideoSpec live = video(9, 6s);
  live.gop = 60;
  const auto stream = segments(live, kStream, 2s);
  FrameSampler one, two;
  for (const auto& segment : stream) {
    const auto a = one.sample(segment), b = two.sample(segment);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(times_of(a->frames), times_of(b->frames));
    for (std::size_t i = 0; i < a->frames.size(); ++i) {
      EXPECT_EQ(support::mean_difference(a->frames[i].luma, b->frames[i].luma), 0);
    }
  }
}

TEST(FrameSampler, HoldsPicturesOnlyWhereTheNextSegmentMayNeedThem) {
  VideoSpec usual = video(11, 2s), long_gop = video(11, 4s);
  usual.gop = 2 * usual.fps;
  long_gop.gop = 4 * long_gop.fps;
  FrameSampler sampler;
  EXPECT_FALSE(sampler.holds_pictures());
  std::int64_t sequence = 0;
  for (const auto density : {Density::kNormal, Density::kSteady, Density::kDense}) {
    ASSERT_TRUE(sampler.sample(segment_of(encode(usual), 0s, sequence++), density));
    EXPECT_FALSE(sampler.holds_pictures());
    ASSERT_TRUE(sampler.sample(segment_of(encode(long_gop), 0s, sequence++), density));
    EXPECT_TRUE(sampler.holds_pictures());
  }
}

TEST(FrameSampler, FollowsAChangeOfResolutionAndCodec) {
  FrameSampler sampler;
  VideoSpec small = video(10, 2s), large = video(10, 2s), other = video(10, 2s);
  large.width = 640;
  large.height = 360;
  other.codec = Codec::kHevc;
  other.container = Container::kFragmentedMp4;
  std::int64_t sequence = 0;
  for (const VideoSpec& spec : {small, large, other, small}) {
    const auto sampled = sampler.sample(segment_of(encode(spec), 0s, sequence++));
    ASSERT_TRUE(sampled) << sampled.error().message;
    EXPECT_THAT(times_of(sampled->frames), ElementsAre(0s, 1s));
    EXPECT_EQ(sampled->frames[0].source, (Size{spec.width, spec.height}));
    EXPECT_LT(worst_difference(sampled->frames, spec), kSamePicture);
  }
}

}  // namespace
}  // namespace staydown::media
