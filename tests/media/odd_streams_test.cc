// Streams that are legal, or nearly so, and that a naive reader gets wrong.
#include <gmock/gmock.h>

#include <algorithm>
#include <string_view>

#include "media/orientation.h"
#include "media/sampling_matchers.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::Codec;
using support::Container;
using support::encode;
using support::segments;
using support::VideoSpec;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const StreamId kStream("odd");

Segment segment_of(Bytes bytes, std::int64_t sequence = 0) {
  Segment segment;
  segment.stream = kStream;
  segment.sequence = sequence;
  segment.bytes = std::move(bytes);
  return segment;
}

VideoSpec video(MediaTime duration) { return {.parts = {{.seed = 21, .duration = duration}}}; }

SampledSegment sampled(FrameSampler& sampler, const Segment& segment,
                       Density density = Density::kNormal) {
  auto result = sampler.sample(segment, density);
  if (result) return std::move(*result);
  ADD_FAILURE() << result.error().message;
  return {};
}

SampledSegment sampled(const VideoSpec& spec) {
  FrameSampler sampler;
  return sampled(sampler, segment_of(encode(spec)));
}

TEST(IntraRefresh, IsDecodedFromSegmentToSegment) {
  VideoSpec live = video(6s);
  live.gop = 50;
  live.intra_refresh = true;
  const auto stream = segments(live, kStream, 2s);
  ASSERT_THAT(stream, SizeIs(3));
  FrameSampler sampler;
  sampled(sampler, stream[0]);
  sampled(sampler, stream[1]);  // the first that lacks a keyframe after one that had it
  const auto third = sampled(sampler, stream[2]);
  EXPECT_EQ(third.mode, SamplingMode::kAllFrames);
  EXPECT_THAT(times_of(third.frames), ElementsAre(4s, 5s));
  EXPECT_THAT(third.warnings, ElementsAre(MediaWarning::kIntraRefresh));
  EXPECT_LT(worst_difference(third.frames, live), kSamePicture);
}

TEST(IntraRefresh, CanBeJoinedInTheMiddle) {
  VideoSpec live = video(6s);
  live.gop = 50;
  live.intra_refresh = true;
  const auto stream = segments(live, kStream, 2s);
  FrameSampler sampler;
  const auto first = sampled(sampler, stream[1]);  // frames come once the picture is whole
  EXPECT_EQ(first.mode, SamplingMode::kAllFrames);
  EXPECT_LT(worst_difference(first.frames, live), kSamePicture);
  const auto second = sampled(sampler, stream[2]);
  EXPECT_THAT(times_of(second.frames), ElementsAre(4s, 5s));
  EXPECT_LT(worst_difference(second.frames, live), kSamePicture);
}

TEST(LongGop, IsDecodedFromSegmentToSegment) {
  VideoSpec live = video(8s);
  live.gop = 1000;
  live.b_frames = 2;
  live.cut_anywhere = true;
  const auto stream = segments(live, kStream, 4s);
  FrameSampler sampler;
  EXPECT_THAT(times_of(sampled(sampler, stream[0]).frames), SizeIs(4));
  const auto second = sampled(sampler, stream[1]);
  EXPECT_THAT(second.frames, SizeIs(4));
  EXPECT_THAT(second.warnings, IsEmpty());
  EXPECT_LT(worst_difference(second.frames, live), kSamePicture);
  // The decoder has moved on, but what it would have given more densely is still there.
  const auto dense = sampled(sampler, stream[1], Density::kDense);
  EXPECT_THAT(dense.frames, SizeIs(8));
  EXPECT_LT(worst_difference(dense.frames, live), kSamePicture);
}

TEST(LongGop, CannotGoOnAfterALostSegment) {
  VideoSpec live = video(9s);
  live.gop = 1000;
  live.cut_anywhere = true;
  const auto stream = segments(live, kStream, 3s);
  FrameSampler sampler;
  sampled(sampler, stream[0]);
  const auto orphan = sampler.sample(stream[2]);
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, ErrorCode::kNoKeyframe);
  EXPECT_EQ(orphan.error().message,
            "segment odd/2: none of its 75 frames can be decoded without the segment before it "
            "(no_keyframe)");
}

TEST(OpenGop, DropsTheFramesThatReferToTheSegmentBefore) {
  VideoSpec live = video(8s);
  live.gop = 100;
  live.b_frames = 3;
  live.open_gop = true;
  const auto stream = segments(live, kStream, 2s);
  ASSERT_THAT(stream, SizeIs(2));
  FrameSampler sampler;
  EXPECT_THAT(sampled(sampler, stream[0]).warnings, IsEmpty());
  const auto second = sampled(sampler, stream[1]);
  EXPECT_THAT(second.warnings, ElementsAre(MediaWarning::kLeadingFramesDropped));
  EXPECT_EQ(second.frames.front().time, 4s);  // the keyframe; the segment starts before it
  EXPECT_LT(stream[1].start, MediaTime(4s));
  EXPECT_LT(worst_difference(second.frames, live), kSamePicture);
}

TEST(OpenGop, NeedsNoMoreThanItsKeyframesWhenTheyAreCloseEnough) {
  VideoSpec live = video(4s);
  live.b_frames = 2;
  live.open_gop = true;
  for (const Codec codec : {Codec::kH264, Codec::kHevc}) {
    live.codec = codec;
    FrameSampler sampler;
    std::vector<MediaTime> times;
    for (const auto& segment : segments(live, kStream, 2s)) {
      const auto result = sampled(sampler, segment);
      EXPECT_EQ(result.mode, SamplingMode::kKeyframes);
      EXPECT_THAT(result.warnings, IsEmpty());
      EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
      for (const auto time : times_of(result.frames)) times.push_back(time);
    }
    EXPECT_THAT(times, ElementsAre(0s, 1s, 2s, 3s));
  }
}

TEST(VariableFrameRate, KeepsItsTimes) {
  VideoSpec live = video(5s);
  live.container = Container::kMatroska;
  live.gop = 100;
  for (const int ms : {0, 33, 70, 900, 1300, 1310, 2050, 2900, 3700, 4600}) {
    live.times.emplace_back(std::chrono::milliseconds(ms));
  }
  const auto result = sampled(live);
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1300ms, 2050ms, 3700ms, 4600ms));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

// Takes the timestamps out of the PES headers of the video, but for those of the first frame
// (ISO/IEC 13818-1, 2.4.3.7).
Bytes without_timestamps(Bytes ts) {
  bool first = true;
  for (std::size_t at = 0; at + 188 <= ts.size(); at += 188) {
    const unsigned pid = (ts[at + 1] & 0x1FU) << 8U | ts[at + 2];
    if (pid != 0x100 || (ts[at + 1] & 0x40U) == 0) continue;
    const std::size_t pes = at + 4 + ((ts[at + 3] & 0x20U) != 0 ? 1U + ts[at + 4] : 0U);
    if (!first) ts[pes + 7] &= 0x3FU;
    first = false;
  }
  return ts;
}

TEST(MissingTimestamps, AreFilledInAndReported) {
  const VideoSpec live = video(4s);
  FrameSampler sampler;
  Segment segment = segment_of(without_timestamps(encode(live)));
  segment.duration = 4s;
  const auto result = sampled(sampler, segment);
  EXPECT_THAT(result.warnings, ElementsAre(MediaWarning::kMissingTimestamps));
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1s, 2s, 3s));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

TEST(Timestamps, MayWrapWithinASegment) {
  VideoSpec live = video(4s);
  live.first_timestamp = (1LL << 33) - 90'000 * 3 / 2;
  const auto result = sampled(live);
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1s, 2s, 3s));
  EXPECT_EQ(result.duration, 4s);
  EXPECT_THAT(result.warnings, IsEmpty());
}

TEST(Timestamps, MayJumpWithinASegment) {
  VideoSpec live = video(4s);  // only ahead: muxers refuse to go back, see timeline_test.cc
  live.retime = [](support::Timestamps& stamps) {
    if (stamps.index < 50) return;
    stamps.pts += 90'000LL * 3600;
    stamps.dts += 90'000LL * 3600;
  };
  const auto result = sampled(live);
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1s, 2s, 3s));
  EXPECT_THAT(result.warnings, ElementsAre(MediaWarning::kDiscontinuity));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

TEST(Rotation, IsUndone) {
  VideoSpec live = video(1s);
  live.container = Container::kMp4;
  live.rotation = 90;
  const auto result = sampled(live);
  ASSERT_THAT(result.frames, SizeIs(1));
  EXPECT_EQ(result.frames[0].source, (Size{180, 320}));
  const Image shown = support::luma_of(support::picture(live, 0s));
  const Image turned = upright(shown.pixels.data(), 320, 320, 180, 1, {false, 1});
  EXPECT_LT(support::mean_difference(result.frames[0].luma, turned), kSamePicture);
}

TEST(PixelAspect, IsMadeSquare) {
  for (const Container container : {Container::kMpegTs, Container::kMp4, Container::kMatroska}) {
    VideoSpec live = video(1s);
    live.container = container;
    live.width = 360;
    live.height = 288;
    live.pixel_aspect[0] = 64;
    live.pixel_aspect[1] = 45;
    const auto result = sampled(live);
    ASSERT_THAT(result.frames, SizeIs(1));
    EXPECT_EQ(result.frames[0].luma.width, 360);
    EXPECT_NEAR(result.frames[0].luma.height, 203, 1);
    EXPECT_EQ(result.frames[0].source, (Size{360, 288}));
    EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
  }
}

TEST(PictureFormat, MayBeOddInSize) {
  VideoSpec live = video(1s);
  live.codec = Codec::kVp9;
  live.container = Container::kWebm;
  live.width = 321;
  live.height = 179;
  const auto result = sampled(live);
  ASSERT_THAT(result.frames, SizeIs(1));
  EXPECT_EQ(result.frames[0].source, (Size{321, 179}));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

TEST(PictureFormat, MayBeInterlaced) {
  VideoSpec live = video(2s);
  live.interlaced = true;
  live.height = 192;
  const auto result = sampled(live);
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1s));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

TEST(PictureFormat, MayHaveTenBits) {
  for (const Codec codec : {Codec::kH264, Codec::kHevc}) {
    VideoSpec live = video(1s);
    live.codec = codec;
    live.pixel_format = "yuv420p10le";
    EXPECT_LT(worst_difference(sampled(live).frames, live), kSamePicture);
  }
}

TEST(PictureFormat, MayBeFullRangeOrUnreducedInColour) {
  VideoSpec full = video(1s), rich = video(1s);
  full.full_range = true;
  rich.pixel_format = "yuv444p";
  EXPECT_LT(worst_difference(sampled(full).frames, full), 2);
  EXPECT_LT(worst_difference(sampled(rich).frames, rich), 2);
}

// Removes the transport packets of PAT and PMT (PIDs 0 and 0x1000).
Bytes without_tables(const Bytes& ts) {
  Bytes rest;
  for (std::size_t at = 0; at + 188 <= ts.size(); at += 188) {
    const unsigned pid = (ts[at + 1] & 0x1FU) << 8U | ts[at + 2];
    if (pid == 0 || pid == 0x1000) continue;
    rest.insert(rest.end(), ts.begin() + static_cast<std::ptrdiff_t>(at),
                ts.begin() + static_cast<std::ptrdiff_t>(at + 188));
  }
  return rest;
}

TEST(CarriedOver, TransportStreamTablesOfTheSegmentBefore) {
  VideoSpec live = video(4s);
  auto stream = segments(live, kStream, 2s);
  stream[1].bytes = without_tables(stream[1].bytes);
  FrameSampler sampler;
  sampled(sampler, stream[0]);
  const auto second = sampled(sampler, stream[1]);
  EXPECT_THAT(times_of(second.frames), ElementsAre(2s, 3s));
  EXPECT_LT(worst_difference(second.frames, live), kSamePicture);
}

// Removes the AVC sequence header (E.4.3.1 of the FLV specification) and the metadata.
Bytes without_sequence_header(const Bytes& flv) {
  Bytes rest(flv.begin(), flv.begin() + 13);
  for (std::size_t at = 13; at + 11 < flv.size();) {
    const std::size_t size = 11U +
                             (static_cast<std::size_t>(flv[at + 1]) << 16U |
                              static_cast<std::size_t>(flv[at + 2]) << 8U | flv[at + 3]) +
                             4U;
    const bool header = flv[at] == 9 && flv[at + 12] == 0;
    if (!header && flv[at] != 18) {
      rest.insert(rest.end(), flv.begin() + static_cast<std::ptrdiff_t>(at),
                  flv.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    at += size;
  }
  return rest;
}

TEST(CarriedOver, ParameterSetsOfTheSegmentBefore) {
  VideoSpec live = video(4s);
  live.container = Container::kFlv;
  auto stream = segments(live, kStream, 2s);
  stream[1].bytes = without_sequence_header(stream[1].bytes);
  FrameSampler fresh;
  EXPECT_FALSE(fresh.sample(stream[1]));
  FrameSampler sampler;
  sampled(sampler, stream[0]);
  const auto second = sampled(sampler, stream[1]);
  EXPECT_THAT(times_of(second.frames), ElementsAre(2s, 3s));
  EXPECT_LT(worst_difference(second.frames, live), kSamePicture);
}

TEST(CarriedOver, InitSegmentOfTheSegmentBefore) {
  VideoSpec live = video(6s);
  live.container = Container::kFragmentedMp4;
  auto stream = segments(live, kStream, 2s);
  Bytes self_contained = *stream[0].init;
  self_contained.insert(self_contained.end(), stream[0].bytes.begin(), stream[0].bytes.end());
  const auto init = stream[0].init;
  for (auto& segment : stream) segment.init = nullptr;
  FrameSampler sampler;
  const auto orphan = sampler.sample(stream[1]);
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().message,
            "segment odd/1: it is not self-contained and the stream had no init segment yet; give "
            "Segment::init (malformed)");
  stream[0].bytes = self_contained;
  sampled(sampler, stream[0]);
  EXPECT_THAT(times_of(sampled(sampler, stream[1]).frames), ElementsAre(2s, 3s));
  stream[1].init = init;
  sampled(sampler, stream[1]);
  EXPECT_THAT(times_of(sampled(sampler, stream[2]).frames), ElementsAre(4s, 5s));
}

TEST(EditList, IsIgnored) {
  VideoSpec live = video(3s);
  live.container = Container::kMp4;
  live.b_frames = 2;  // for which the muxer writes one
  Bytes mp4 = encode(live);
  constexpr std::string_view kType = "elst";
  const auto box = std::search(mp4.begin(), mp4.end(), kType.begin(), kType.end());
  ASSERT_NE(box, mp4.end());
  // Version 0: type, version and flags, count, duration, media time. Cuts more than the first
  // second.
  std::fill_n(box + 16, 4, std::uint8_t{0});
  *(box + 18) = 0x40;
  FrameSampler sampler;
  const auto result = sampled(sampler, segment_of(mp4));
  EXPECT_THAT(times_of(result.frames), ElementsAre(0s, 1s, 2s));
  EXPECT_LT(worst_difference(result.frames, live), kSamePicture);
}

}  // namespace
}  // namespace staydown::media
