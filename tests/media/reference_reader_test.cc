#include "media/reference_reader.h"

#include <gmock/gmock.h>

#include "media/input_file.h"
#include "support/child_process.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::Codec;
using support::Container;
using support::VideoSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<Frame> frames_of(const std::string& path, ReferenceReadOptions options) {
  std::vector<Frame> frames;
  auto reader = ReferenceReader::open(path, options);
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return frames;
  }
  while (true) {
    auto frame = reader->next();
    if (!frame) ADD_FAILURE() << frame.error().message;
    if (!frame || !*frame) return frames;
    frames.push_back(**std::move(frame));
  }
}

std::vector<MediaTime> times_of(const std::vector<Frame>& frames) {
  std::vector<MediaTime> times;
  for (const auto& frame : frames) times.push_back(frame.time);
  return times;
}

// From `begin` on, `count` times, `step` apart.
std::vector<MediaTime> every(MediaTime step, int count, MediaTime begin = 0s) {
  std::vector<MediaTime> times;
  for (int i = 0; i < count; ++i) times.push_back(begin + i * step);
  return times;
}

// How far a frame is from the picture that the video shows at its time, 0-255.
double error_of(const Frame& frame, const VideoSpec& video) {
  return support::mean_difference(frame.luma,
                                  support::luma_of(support::picture(video, frame.time)));
}

constexpr double kSame = 6;  // what encoding costs; scenes a second apart differ by more than 20

struct Format {
  const char* name;
  Codec codec;
  Container container;
};

class ReferenceFormats : public testing::TestWithParam<Format> {};

TEST_P(ReferenceFormats, GiveKeyframesFirstAndThenEveryStep) {
  Folder folder;
  const VideoSpec video = {.parts = {{.duration = 4s}},
                           .codec = GetParam().codec,
                           .container = GetParam().container,
                           .gop = 25,
                           .first_timestamp = 90'000 * 7};
  const auto path = folder.with("ref", video);
  const auto keyframes = frames_of(path, {.pass = ReferencePass::kKeyframes});
  EXPECT_EQ(times_of(keyframes), every(1s, 4));
  const auto full = frames_of(path, {.pass = ReferencePass::kFull, .step = 200ms});
  EXPECT_EQ(times_of(full), every(200ms, 20));
  for (const auto& frame : full) EXPECT_LT(error_of(frame, video), kSame) << to_string(frame.time);
  const auto duration = ReferenceReader::open(path, {})->duration();
  EXPECT_LE(std::chrono::abs(duration - 4s), 40ms);
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceFormats,
                         testing::Values(Format{"H264InMp4", Codec::kH264, Container::kMp4},
                                         Format{"H264InMpegTs", Codec::kH264, Container::kMpegTs},
                                         Format{"H264InMatroska", Codec::kH264,
                                                Container::kMatroska},
                                         Format{"H264InFlv", Codec::kH264, Container::kFlv},
                                         Format{"HevcInMp4", Codec::kHevc, Container::kMp4},
                                         Format{"Vp9InWebm", Codec::kVp9, Container::kWebm},
                                         Format{"Av1InMp4", Codec::kAv1, Container::kMp4}),
                         [](const auto& format) { return format.param.name; });

TEST(ReferenceReader, GivesAtMostOneFramePerStepWhereFramesDoNotFallOnSteps) {
  Folder folder;
  const auto path = folder.with(
      "ref.mp4", {.parts = {{.duration = 2s}}, .fps = 24, .container = Container::kMp4});
  const auto times = times_of(frames_of(path, {.pass = ReferencePass::kFull, .step = 250ms}));
  EXPECT_EQ(times, every(250ms, 8));
  const auto odd = times_of(frames_of(path, {.pass = ReferencePass::kFull, .step = 300ms}));
  EXPECT_THAT(odd, ElementsAre(0s, MediaTime(333'333), 625ms, MediaTime(916'667),
                               MediaTime(1'208'333), 1500ms, MediaTime(1'833'333)));
}

TEST(ReferenceReader, ReadsOneIntervalAsAPartOfTheWhole) {
  Folder folder;
  for (const auto container : {Container::kMp4, Container::kMpegTs, Container::kMatroska}) {
    const VideoSpec video = {.parts = {{.duration = 8s}},
                             .container = container,
                             .gop = 60,
                             .b_frames = 2,
                             .open_gop = true};
    const auto path = folder.with("ref", video);
    for (const auto interval : {Interval{3s, 5s}, Interval{4'700ms, 4'900ms}, Interval{7s, 90s}}) {
      ReferenceReadOptions options{.pass = ReferencePass::kFull, .step = 40ms};
      auto expected = times_of(frames_of(path, options));
      std::erase_if(expected, [&](MediaTime time) { return !interval.contains(time); });
      options.interval = interval;
      const auto part = frames_of(path, options);
      EXPECT_EQ(times_of(part), expected) << to_string(interval);
      for (const auto& frame : part) {
        EXPECT_LT(error_of(frame, video), kSame) << to_string(frame.time);
      }
    }
  }
}

TEST(ReferenceReader, GivesWholeKeyframesOfAnOpenGroupOfPictures) {
  Folder folder;
  const VideoSpec video = {.parts = {{.duration = 6s}},
                           .container = Container::kMp4,
                           .gop = 25,
                           .b_frames = 2,
                           .open_gop = true};
  const auto keyframes = frames_of(folder.with("ref.mp4", video), {});
  EXPECT_THAT(keyframes, SizeIs(testing::Ge(5U)));
  for (const auto& frame : keyframes) {
    EXPECT_LT(error_of(frame, video), kSame) << to_string(frame.time);
  }
}

TEST(ReferenceReader, HonoursEditListsAndRotation) {
  Folder folder;
  const VideoSpec video = {.parts = {{.duration = 4s}}, .container = Container::kMp4, .gop = 50};
  const auto whole = folder.with("whole.mp4", video);
  const auto cut = folder.file("cut.mp4");  // begins within a group: an edit list hides its head
  ASSERT_EQ(support::run({"ffmpeg", "-ss", "1", "-i", whole, "-c", "copy", cut}).status, 0);
  const auto frames = frames_of(cut, {.pass = ReferencePass::kFull, .step = 1s});
  ASSERT_EQ(times_of(frames), every(1s, 3));
  for (const auto& frame : frames) {
    const auto shown = support::luma_of(support::picture(video, frame.time + 1s));
    EXPECT_LT(support::mean_difference(frame.luma, shown), kSame) << to_string(frame.time);
  }

  auto turned = video;
  turned.rotation = 90;
  const auto upright = frames_of(folder.with("turned.mp4", turned), {});
  ASSERT_FALSE(upright.empty());
  EXPECT_EQ(upright[0].luma.width, 180);
  EXPECT_EQ(upright[0].luma.height, 320);
}

TEST(ReferenceReader, GoesOnWhereTheClockOfATransportStreamStartsAnew) {
  Folder folder;
  const auto one = support::encode({.parts = {{.duration = 2s}}, .first_timestamp = 90'000 * 500});
  const auto two = support::encode({.parts = {{.seed = 2, .duration = 2s}}});
  std::string both(one.begin(), one.end());
  both.append(two.begin(), two.end());
  const auto path = folder.with("both.ts", both);
  EXPECT_EQ(times_of(frames_of(path, {})), every(1s, 4));
  EXPECT_EQ(times_of(frames_of(path, {.interval = Interval{1s, 3s}})), every(1s, 2, 1s));
}

TEST(ReferenceReader, GivesColoursOnlyWhenAsked) {
  Folder folder;
  const VideoSpec video = {.container = Container::kMp4};
  const auto path = folder.with("ref.mp4", video);
  EXPECT_TRUE(frames_of(path, {})[0].rgb.empty());
  const auto frames = frames_of(path, {.rgb = true});
  EXPECT_LT(support::mean_difference(frames[1].rgb, support::picture(video, 1s)), 12);
}

TEST(ReferenceReader, LeavesOutWhatIsDamaged) {
  Folder folder;
  auto bytes = support::encode({.parts = {{.duration = 6s}}, .gop = 25});
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 3),
            bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), std::uint8_t{0x5A});
  const auto path = folder.with("hurt.ts", std::string(bytes.begin(), bytes.end()));
  const auto times = times_of(frames_of(path, {}));
  EXPECT_EQ(times.front(), 0s);
  EXPECT_EQ(times.back(), 5s);
  EXPECT_THAT(times, SizeIs(testing::AllOf(testing::Ge(3U), testing::Lt(6U))));
}

TEST(ReferenceReader, SaysWhatIsWrongWithAFile) {
  Folder folder;
  const auto notes = folder.with("notes.txt", std::string(4'000, 'x'));
  const auto list = folder.with("list.m3u8", "#EXTM3U\n");
  const auto good = folder.with("good.ts", VideoSpec{});
  const std::vector<std::pair<std::string, ErrorCode>> wrong = {
      {folder.file("none.mp4"), ErrorCode::kNotFound},
      {notes, ErrorCode::kUnsupportedContainer},
      {list, ErrorCode::kInvalidArgument},
      {"https://host/video.mp4", ErrorCode::kInvalidArgument},
  };
  for (const auto& [path, code] : wrong) {
    const auto reader = ReferenceReader::open(path, {});
    ASSERT_FALSE(reader) << path;
    EXPECT_EQ(reader.error().code, code) << reader.error().message;
    EXPECT_THAT(reader.error().message, HasSubstr(path));
  }
  EXPECT_EQ(ReferenceReader::open(good, {.interval = Interval{5s, 5s}}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST(FrameAt, IsTheFrameThatAPlayerShows) {
  Folder folder;
  for (const auto container : {Container::kMp4, Container::kMpegTs, Container::kMatroska}) {
    const VideoSpec video = {
        .parts = {{.duration = 4s}}, .container = container, .gop = 50, .b_frames = 2};
    const auto path = folder.with("ref", video);
    const std::vector<std::pair<MediaTime, MediaTime>> asked_and_shown = {
        {0s, 0s}, {79ms, 40ms}, {1'960ms, 1'960ms}, {3'000ms, 3'000ms}, {90s, 3'960ms}};
    for (const auto& [asked, shown] : asked_and_shown) {
      const auto frame = frame_at(path, asked);
      ASSERT_TRUE(frame && *frame);
      EXPECT_EQ((*frame)->time, shown);
      EXPECT_LT(error_of(**frame, video), kSame);
      EXPECT_EQ((*frame)->rgb.width, 320);
    }
    EXPECT_EQ(frame_at(path, -1s).value(), std::nullopt);
  }
}

}  // namespace
}  // namespace staydown::media
