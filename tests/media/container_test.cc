#include "media/container.h"

#include <gmock/gmock.h>

#include <string>

#include "support/synthetic_video.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::encode;
using support::VideoSpec;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

Bytes video(support::Container container) {
  return encode(
      {.parts = {{.duration = 200ms}}, .width = 64, .height = 64, .container = container});
}

TEST(Container, IsRecognisedByItsFirstBytes) {
  EXPECT_EQ(container_of(video(support::Container::kMpegTs)), Container::kMpegTs);
  EXPECT_EQ(container_of(video(support::Container::kMp4)), Container::kMp4);
  EXPECT_EQ(container_of(video(support::Container::kFragmentedMp4)), Container::kMp4);
  EXPECT_EQ(container_of(video(support::Container::kMatroska)), Container::kMatroska);
  EXPECT_EQ(container_of(video(support::Container::kFlv)), Container::kFlv);
}

TEST(Container, OfATransportStreamThatBeginsWithinAPacket) {
  const Bytes ts = video(support::Container::kMpegTs);
  EXPECT_EQ(container_of(ByteSpan(ts).subspan(100)), Container::kMpegTs);
}

TEST(Container, OfOtherBytesIsUnknown) {
  for (const char* text :
       {"", "#EXTM3U\n", "ffconcat version 1.0\n", "<?xml version=\"1.0\"?><MPD/>",
        "RIFF\x10\0\0\0AVI LIST", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n"}) {
    EXPECT_EQ(container_of(bytes_of(text)), std::nullopt) << text;
  }
}

TEST(Completeness, OfAFragmentIsWantingItsInitSegment) {
  const auto live = support::segments({.parts = {{.duration = 400ms}},
                                       .width = 64,
                                       .height = 64,
                                       .container = support::Container::kFragmentedMp4,
                                       .gop = 5},
                                      StreamId("s"), 200ms);
  EXPECT_EQ(completeness_of(Container::kMp4, live[1].bytes), Completeness::kNeedsInit);
  EXPECT_EQ(completeness_of(Container::kMp4, *live[1].init), Completeness::kWhole);
  EXPECT_EQ(completeness_of(Container::kMatroska, bytes_of("\x1F\x43\xB6\x75")),
            Completeness::kNeedsInit);
}

TEST(InitPart, IsWhatPrecedesTheFirstFragment) {
  const auto live = support::segments({.parts = {{.duration = 200ms}},
                                       .width = 64,
                                       .height = 64,
                                       .container = support::Container::kFragmentedMp4},
                                      StreamId("s"), 1s);
  Bytes whole = *live[0].init;
  whole.insert(whole.end(), live[0].bytes.begin(), live[0].bytes.end());
  const ByteSpan init = init_part_of_mp4(whole);
  EXPECT_EQ(Bytes(init.begin(), init.end()), *live[0].init);
  EXPECT_TRUE(init_part_of_mp4(live[0].bytes).empty());
  EXPECT_TRUE(init_part_of_mp4(video(support::Container::kMp4)).empty());
}

TEST(FirstBytes, AreReadableAndHarmless) {
  EXPECT_EQ(first_bytes(bytes_of("#EXT\n\"\x01")), "23 45 58 54 0a 22 01 (\"#EXT...\")");
}

}  // namespace
}  // namespace staydown::media
