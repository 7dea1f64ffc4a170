// Segments made to break or abuse the reader: each costs one error, opens nothing, and the stream
// goes on.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "media/sampling_matchers.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::Container;
using support::encode;
using support::VideoSpec;
using testing::ElementsAre;

Segment segment_of(Bytes bytes, std::int64_t sequence = 0) {
  Segment segment;
  segment.stream = StreamId("hostile");
  segment.sequence = sequence;
  segment.bytes = std::move(bytes);
  return segment;
}

Segment segment_of(const std::string& text) { return segment_of(Bytes(text.begin(), text.end())); }

VideoSpec video(Container container = Container::kMpegTs, MediaTime duration = 2s) {
  return {.parts = {{.seed = 31, .duration = duration}}, .container = container};
}

// A real video file that tells whether anybody opens it.
class Canary {
 public:
  explicit Canary(const std::string& name)
      : path_(testing::TempDir() + "staydown-canary-" + std::to_string(getpid()) + "-" + name) {
    support::encode_to_file(video(), path_);
    watch_ = inotify_init1(IN_NONBLOCK);
    EXPECT_GE(inotify_add_watch(watch_, path_.c_str(), IN_OPEN), 0);
  }
  ~Canary() {
    close(watch_);
    std::filesystem::remove(path_);
  }
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;

  const std::string& path() const { return path_; }
  bool was_opened() const {
    char events[4096];
    return read(watch_, events, sizeof events) > 0;
  }

 private:
  std::string path_;
  int watch_ = -1;
};

void expect_refused(const Segment& segment, const Canary& canary, ErrorCode code) {
  FrameSampler sampler;
  const auto result = sampler.sample(segment);
  ASSERT_FALSE(result) << testing::PrintToString(*result);
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_FALSE(canary.was_opened());
}

TEST(Canary, SingsWhenItIsOpened) {
  const Canary canary("self.ts");
  EXPECT_FALSE(canary.was_opened());
  close(open(canary.path().c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(canary.was_opened());
}

TEST(HostileSegment, AnHlsPlaylistOpensNothing) {
  const Canary canary("hls.ts");
  expect_refused(segment_of("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n" +
                            canary.path() + "\n#EXT-X-ENDLIST\n"),
                 canary, ErrorCode::kUnsupportedContainer);
}

TEST(HostileSegment, AConcatScriptOpensNothing) {
  const Canary canary("concat.ts");
  expect_refused(segment_of("ffconcat version 1.0\nfile '" + canary.path() + "'\n"), canary,
                 ErrorCode::kUnsupportedContainer);
}

TEST(HostileSegment, ADashManifestOpensNothing) {
  const Canary canary("dash.ts");
  expect_refused(
      segment_of("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
                 "type=\"static\"><Period><AdaptationSet mimeType=\"video/mp2t\"><Representation "
                 "id=\"1\"><BaseURL>" +
                 canary.path() + "</BaseURL></Representation></AdaptationSet></Period></MPD>"),
      canary, ErrorCode::kUnsupportedContainer);
}

// Data references as QuickTime's alias records, with an absolute path (type 2).
Bytes alias_to(const std::string& path) {
  Bytes alias(150, 0);
  const auto put = [&](unsigned value) {
    alias.push_back(static_cast<std::uint8_t>(value >> 8U));
    alias.push_back(static_cast<std::uint8_t>(value));
  };
  put(2);
  put(static_cast<unsigned>(path.size()));
  alias.insert(alias.end(), path.begin(), path.end());
  put(0xFFFF);
  put(0);
  return alias;
}

std::uint32_t size_at(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24U |
         static_cast<std::uint32_t>(bytes[at + 1]) << 16U |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8U | bytes[at + 3];
}

void put_size(Bytes& bytes, std::size_t at, std::size_t size) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[at + i] = static_cast<std::uint8_t>(size >> (8 * (3 - i)));
  }
}

// Position of the box of `type` that follows `from`.
std::size_t box_after(const Bytes& bytes, std::string_view type, std::size_t from) {
  const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(),
                                 type.begin(), type.end());
  EXPECT_NE(found, bytes.end()) << type;
  return static_cast<std::size_t>(found - bytes.begin()) - 4;
}

// An MP4 whose media data is said to be in the file at `path`.
Bytes mp4_that_refers_to(const std::string& path) {
  Bytes mp4 = encode(video(Container::kMp4));
  std::vector<std::size_t> boxes;
  for (const char* type : {"moov", "trak", "mdia", "minf", "dinf", "dref"}) {
    boxes.push_back(box_after(mp4, type, boxes.empty() ? 0 : boxes.back()));
  }
  const std::size_t entry = boxes.back() + 16;  // header, version and flags, number of entries
  const std::size_t old_size = size_at(mp4, entry);
  const Bytes alias = alias_to(path);
  Bytes replacement(12, 0);
  put_size(replacement, 0, 12 + alias.size());
  const std::string_view type = "alis";
  std::copy(type.begin(), type.end(), replacement.begin() + 4);
  replacement.insert(replacement.end(), alias.begin(), alias.end());
  for (const std::size_t box : boxes) {
    put_size(mp4, box, size_at(mp4, box) + replacement.size() - old_size);
  }
  const auto at = mp4.begin() + static_cast<std::ptrdiff_t>(entry);
  mp4.insert(mp4.erase(at, at + static_cast<std::ptrdiff_t>(old_size)), replacement.begin(),
             replacement.end());
  return mp4;
}

TEST(HostileSegment, AnExternalDataReferenceOpensNothing) {
  const Canary canary("dref.ts");
  expect_refused(segment_of(mp4_that_refers_to(canary.path())), canary, ErrorCode::kTruncated);
}

// The error for `segment`, after which the same sampler must read a good one.
ErrorCode error_of(const Segment& segment, SegmentLimits limits = {}) {
  FrameSampler sampler({}, limits);
  const auto broken = sampler.sample(segment);
  EXPECT_FALSE(broken);
  VideoSpec small = video(Container::kMpegTs, 1s);
  small.width = 64;
  small.height = 64;
  const auto next = sampler.sample(segment_of(encode(small), 1));
  EXPECT_TRUE(next) << next.error().message;
  EXPECT_THAT(next ? times_of(next->frames) : std::vector<MediaTime>(), ElementsAre(0s));
  return broken ? ErrorCode::kInternal : broken.error().code;
}

TEST(HostileSegment, CostsOneErrorOverALimit) {
  VideoSpec long_gop = video(Container::kMpegTs, 4s);
  long_gop.gop = 100;
  const Segment segment = segment_of(encode(long_gop));
  EXPECT_EQ(error_of(segment, {.max_bytes = 50'000}), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(segment, {.max_pixels = 10'000}), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(segment, {.max_packets = 60}), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(segment, {.max_frames = 60}), ErrorCode::kTooLarge);
}

TEST(HostileSegment, CostsOneErrorOverALimitOfPixelsThatTheContainerTells) {
  for (const Container container : {Container::kMp4, Container::kMatroska}) {
    EXPECT_EQ(error_of(segment_of(encode(video(container, 1s))), {.max_pixels = 10'000}),
              ErrorCode::kTooLarge);
  }
}

TEST(HostileSegment, MayOnlyTakeSoMuchTime) {
  VideoSpec expensive = video(Container::kMpegTs, 4s);
  expensive.width = 1280;
  expensive.height = 720;
  expensive.gop = 100;
  FrameSampler sampler({}, {.max_cpu = 20ms});
  const auto result = sampler.sample(segment_of(encode(expensive), 9));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "segment hostile/9: decoding takes more than 20 ms of CPU (time_limit)");
}

TEST(HostileSegment, SaysWhyItIsUnusable) {
  const Bytes ts = encode(video()), mp4 = encode(video(Container::kMp4));
  EXPECT_EQ(error_of(segment_of(Bytes{})), ErrorCode::kTruncated);
  EXPECT_EQ(error_of(segment_of("hello, world")), ErrorCode::kUnsupportedContainer);
  EXPECT_EQ(error_of(segment_of(Bytes(ts.begin(), ts.begin() + 188 * 3))), ErrorCode::kTruncated);
  EXPECT_EQ(error_of(segment_of(Bytes(mp4.begin(), mp4.begin() + 2000))), ErrorCode::kMalformed);
  FrameSampler sampler;
  EXPECT_EQ(
      sampler.sample(segment_of("#EXTM3U\n")).error().message,
      "segment hostile/0: begins with 23 45 58 54 4d 33 55 0a (\"#EXTM3U.\"), which is none of "
      "MPEG-TS, MP4, Matroska, WebM, FLV (unsupported_container)");
}

TEST(HostileSegment, IsUsedAsFarAsItGoes) {
  const Bytes ts = encode(video(Container::kMpegTs, 4s));
  FrameSampler sampler;
  const auto half = sampler.sample(segment_of(
      Bytes(ts.begin(), ts.begin() + static_cast<std::ptrdiff_t>(ts.size() / 2 / 188 * 188))));
  ASSERT_TRUE(half) << half.error().message;
  EXPECT_THAT(times_of(half->frames), ElementsAre(0s, 1s));
}

TEST(HostileSegment, WithDamageIsReported) {
  Bytes ts = encode(video(Container::kMpegTs, 4s));
  for (std::size_t at = 5000; at < ts.size(); at += 1500) ts[at] ^= 0x5A;
  FrameSampler sampler;
  const auto result = sampler.sample(segment_of(std::move(ts)));
  if (!result) return;  // which bytes are hit depends on the encoder
  EXPECT_THAT(result->warnings, testing::Contains(MediaWarning::kCorruptFrames));
}

}  // namespace
}  // namespace staydown::media
