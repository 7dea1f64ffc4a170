#include "media/input_source.h"

#include <gmock/gmock.h>

#include "media/frame_sampler.h"
#include "media/input_file.h"
#include "media/segment_content.h"
#include "support/child_process.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::Codec;
using support::Container;
using support::VideoSpec;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Everything segments_of(const std::string& input, InputOptions options = {}) {
  auto source = open_input(input, std::move(options));
  if (!source) return {.segments = {}, .errors = {source.error()}};
  return read_all(**source);
}

std::vector<Interval> intervals_of(const std::vector<Segment>& segments) {
  std::vector<Interval> intervals;
  for (const auto& segment : segments) intervals.push_back({segment.start, segment.end()});
  return intervals;
}

// Every 40 ms, as often as `count` says.
std::vector<MediaTime> frame_times(int count) {
  std::vector<MediaTime> times;
  for (int i = 0; i < count; ++i) times.push_back(i * 40ms);
  return times;
}

TEST(InputSource, CutsAFileAtKeyframes) {
  Folder folder;
  const auto path = folder.with("in.ts", {.parts = {{.duration = 5s}}, .gop = 25});
  const auto all = segments_of(path, {.stream = StreamId("cam-7"), .account = AccountId("ann")});
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(intervals_of(all.segments),
              ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}, Interval{4s, 5s}));
  for (std::size_t i = 0; i < all.segments.size(); ++i) {
    const auto& segment = all.segments[i];
    EXPECT_EQ(segment.stream, StreamId("cam-7"));
    EXPECT_EQ(segment.account, AccountId("ann"));
    EXPECT_EQ(segment.sequence, static_cast<std::int64_t>(i));
    EXPECT_GT(segment.ingested, WallTime{});
    EXPECT_EQ(segment.init, nullptr);
    const auto content = content_of(segment);
    EXPECT_TRUE(content.begins_with_keyframe);
    EXPECT_EQ(content.frames, frame_times(i < 2 ? 50 : 25));
  }
}

struct Format {
  const char* name;
  Codec codec;
  Container container;
  const char* demuxer;
};

class InputFormats : public testing::TestWithParam<Format> {};

TEST_P(InputFormats, KeepTheirCodecAndEveryFrame) {
  const auto& format = GetParam();
  Folder folder;
  const auto path = folder.with("in", {.parts = {{.duration = 4s}},
                                       .width = 160,
                                       .height = 96,
                                       .codec = format.codec,
                                       .container = format.container});
  const auto all = segments_of(path);
  EXPECT_THAT(all.errors, IsEmpty());
  ASSERT_THAT(intervals_of(all.segments), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}));
  for (const auto& segment : all.segments) {
    const auto content = content_of(segment);
    EXPECT_THAT(content.demuxer, HasSubstr(format.demuxer));
    EXPECT_TRUE(content.begins_with_keyframe);
    EXPECT_EQ(content.frames, frame_times(50));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, InputFormats,
    testing::Values(Format{"H264InMp4", Codec::kH264, Container::kMp4, "matroska"},
                    Format{"H264InFragmentedMp4", Codec::kH264, Container::kFragmentedMp4,
                           "matroska"},
                    Format{"H264InMatroska", Codec::kH264, Container::kMatroska, "matroska"},
                    Format{"H264InFlv", Codec::kH264, Container::kFlv, "matroska"},
                    Format{"HevcInMpegTs", Codec::kHevc, Container::kMpegTs, "mpegts"},
                    Format{"HevcInMp4", Codec::kHevc, Container::kMp4, "matroska"},
                    Format{"Mpeg4InMpegTs", Codec::kMpeg4, Container::kMpegTs, "mpegts"},
                    Format{"Mpeg4InMp4", Codec::kMpeg4, Container::kMp4, "matroska"},
                    Format{"Mpeg2InMpegTs", Codec::kMpeg2, Container::kMpegTs, "mpegts"},
                    Format{"Vp8InWebm", Codec::kVp8, Container::kWebm, "matroska"},
                    Format{"Vp9InWebm", Codec::kVp9, Container::kWebm, "matroska"},
                    Format{"Vp9InMp4", Codec::kVp9, Container::kMp4, "matroska"},
                    Format{"Av1InMp4", Codec::kAv1, Container::kMp4, "matroska"},
                    Format{"Av1InMatroska", Codec::kAv1, Container::kMatroska, "matroska"}),
    [](const auto& format) { return format.param.name; });

TEST(InputSource, StartsASegmentAtItsEarliestFrameEvenIfThatIsNotDecodedFirst) {
  Folder folder;
  for (const auto container : {Container::kMpegTs, Container::kMp4, Container::kMatroska}) {
    const auto path = folder.with("in", {.parts = {{.duration = 4s}},
                                         .container = container,
                                         .gop = 25,
                                         .b_frames = 2,
                                         .open_gop = true});
    const auto all = segments_of(path);
    EXPECT_THAT(all.errors, IsEmpty());
    MediaTime end{};
    std::size_t packets = 0;
    for (const auto& segment : all.segments) {
      EXPECT_EQ(segment.start, end);
      end = segment.end();
      packets += content_of(segment).packets.size();
    }
    EXPECT_EQ(end, 4s);
    EXPECT_EQ(packets, 100U);
  }
}

TEST(InputSource, GivesSegmentsWhoseSampledFramesHaveTheTimesAndPicturesOfTheInput) {
  Folder folder;
  for (const auto container : {Container::kMpegTs, Container::kMp4, Container::kFlv}) {
    const VideoSpec video = {.parts = {{.duration = 6s}},
                             .width = 160,
                             .height = 90,
                             .container = container,
                             .gop = 25,
                             .b_frames = 2,
                             .first_timestamp = 90'000 * 11};
    FrameSampler sampler;
    std::vector<MediaTime> times;
    for (const auto& segment : segments_of(folder.with("in", video)).segments) {
      const auto sampled = sampler.sample(segment);
      ASSERT_TRUE(sampled) << sampled.error().message;
      for (const auto& frame : sampled->frames) {
        times.push_back(frame.time);
        const auto shown = support::luma_of(support::picture(video, frame.time));
        EXPECT_LT(support::mean_difference(frame.luma, shown), 8) << to_string(frame.time);
      }
    }
    EXPECT_THAT(times, ElementsAre(0s, 1s, 2s, 3s, 4s, 5s));
  }
}

TEST(InputSource, IgnoresSoundAndBeginsAtZeroWhateverTheInputsClockSays) {
  Folder folder;
  const auto path = folder.with(
      "in.ts", {.parts = {{.duration = 4s}}, .audio = true, .first_timestamp = 900'000});
  const auto all = segments_of(path);
  EXPECT_THAT(intervals_of(all.segments), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}));
  EXPECT_EQ(content_of(all.segments[1]).frames, frame_times(50));
}

TEST(InputSource, KeepsTheRotationThatTheContainerAsksFor) {
  Folder folder;
  const auto path = folder.with(
      "in.mp4", {.parts = {{.duration = 2s}}, .container = Container::kMp4, .rotation = 90});
  const auto all = segments_of(path);
  ASSERT_THAT(all.segments, SizeIs(1));
  const auto content = content_of(all.segments[0]);
  EXPECT_EQ(content.rotation, 90);
  EXPECT_EQ(content.frames, frame_times(50));
}

TEST(InputSource, GivesTheSameBytesEachTime) {
  Folder folder;
  const auto path =
      folder.with("in.mp4", {.parts = {{.duration = 4s}}, .container = Container::kMp4});
  const auto once = segments_of(path), again = segments_of(path);
  ASSERT_EQ(once.segments.size(), again.segments.size());
  for (std::size_t i = 0; i < once.segments.size(); ++i) {
    EXPECT_EQ(once.segments[i].bytes, again.segments[i].bytes);
  }
}

TEST(InputSource, SaysWhatIsWrongWithAnInput) {
  Folder folder;
  const auto notes = folder.with("notes.txt", std::string(4'000, 'x'));
  const auto stills = folder.file("stills.mkv");
  support::run({"ffmpeg", "-f", "lavfi", "-i", "color=d=1", "-c:v", "mjpeg", stills});
  const auto silent = folder.file("sound.mka");
  support::run({"ffmpeg", "-f", "lavfi", "-i", "sine=d=1", silent});
  const std::vector<std::pair<std::string, std::pair<ErrorCode, std::string>>> wrong = {
      {folder.file("none.mp4"), {ErrorCode::kNotFound, "No such file"}},
      {folder.path(), {ErrorCode::kIo, "is a directory"}},
      {notes, {ErrorCode::kUnsupportedContainer, "convert it to one of MPEG-TS, MP4"}},
      {stills, {ErrorCode::kUnsupportedCodec, "video codec mjpeg is not read"}},
      {silent, {ErrorCode::kNoVideo, "no video"}},
      {"gopher://host/x", {ErrorCode::kInvalidArgument, "one of http, https, rtmp"}},
      {"concat:a.ts|b.ts", {ErrorCode::kNotFound, "No such file"}},
  };
  for (const auto& [input, error] : wrong) {
    const auto source = open_input(input, {});
    ASSERT_FALSE(source) << input;
    EXPECT_EQ(source.error().code, error.first) << source.error().message;
    EXPECT_THAT(source.error().message, AllOf(HasSubstr(input), HasSubstr(error.second)));
  }
}

TEST(InputSource, StopsBeforeTheNextSegment) {
  Folder folder;
  const auto path = folder.with("in.ts", VideoSpec{});
  auto source = open_input(path, {});
  ASSERT_TRUE(source);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ((*source)->next(stop.get_token()).value(), std::nullopt);
}

TEST(IsLive, TellsFilesFromStreams) {
  for (const char* file : {"a.mp4", "/tmp/a.ts", "file:///tmp/a.ts", "odd:name.mp4"}) {
    EXPECT_FALSE(is_live(file)) << file;
  }
  for (const char* live : {"-", "http://h/a.ts", "HTTPS://h/a.m3u8", "rtmp://h/a/b", "rtsp://h/a",
                           "srt://h:9", "list.m3u8"}) {
    EXPECT_TRUE(is_live(live)) << live;
  }
}

}  // namespace
}  // namespace staydown::media
