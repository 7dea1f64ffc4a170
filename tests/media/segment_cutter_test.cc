#include "media/segment_cutter.h"

#include <gmock/gmock.h>

#include <limits>

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr CutPolicy kPolicy = {.wanted = 2s, .longest = 20s};

Track milliseconds() {
  Track track;
  track.parameters = std::make_shared<AVCodecParameters>();
  track.time_base = {1, 1000};
  return track;
}

struct Told {
  std::int64_t pts;  // ms
  bool key = false;
  std::int64_t dts = AV_NOPTS_VALUE;
};

AVPacketPtr packet(Told told, int bytes = 10) {
  AVPacketPtr packet(av_packet_alloc());
  av_new_packet(packet.get(), bytes);
  packet->pts = told.pts;
  packet->dts = told.dts;
  packet->flags = told.key ? AV_PKT_FLAG_KEY : 0;
  packet->duration = 1'000;
  return packet;
}

// What each segment holds: the PTS of its packets in ms.
std::vector<std::vector<std::int64_t>> cuts_of(std::vector<Told> stream) {
  std::vector<std::vector<std::int64_t>> cuts;
  SegmentCutter cutter(kPolicy);
  const auto track = milliseconds();
  const auto note = [&](const std::optional<Cut>& cut) {
    if (!cut) return;
    auto& pts = cuts.emplace_back();
    for (const auto& one : cut->packets) pts.push_back(one->pts);
  };
  for (const auto& told : stream) note(cutter.add(packet(told), track));
  note(cutter.finish());
  return cuts;
}

TEST(SegmentCutter, CutsAtTheFirstKeyframeFromTwoSecondsOn) {
  EXPECT_THAT(
      cuts_of({{0, true}, {1'000, true}, {2'000, true}, {3'000}, {4'500, true}, {5'000}}),
      ElementsAre(ElementsAre(0, 1'000), ElementsAre(2'000, 3'000), ElementsAre(4'500, 5'000)));
}

TEST(SegmentCutter, ForgivesTheRoundingOfAContainer) {
  EXPECT_THAT(cuts_of({{1, true}, {1'999, true}}), ElementsAre(ElementsAre(1), ElementsAre(1'999)));
}

TEST(SegmentCutter, GivesTheIntervalOfReorderedFrames) {
  SegmentCutter cutter(kPolicy);
  const auto track = milliseconds();
  cutter.add(packet({3'000, true}), track);
  cutter.add(packet({6'000}), track);
  cutter.add(packet({2'000}), track);
  cutter.add(packet({4'000}), track);
  const auto cut = cutter.finish();
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->raw, (Interval{2s, 7s}));
  EXPECT_EQ(cut->last_frame, 6s);
}

TEST(SegmentCutter, CutsALongGroupOfPicturesAtTheLimit) {
  std::vector<Told> stream = {{0, true}};
  for (int second = 1; second < 45; ++second) stream.push_back({second * 1'000, second == 41});
  const auto cuts = cuts_of(stream);
  ASSERT_EQ(cuts.size(), 3U);
  EXPECT_EQ(cuts[0].back(), 19'000);
  EXPECT_EQ(cuts[1].back(), 39'000);
  EXPECT_THAT(cuts[2], ElementsAre(40'000, 41'000, 42'000, 43'000, 44'000))
      << "too short to be cut at the keyframe";
}

TEST(SegmentCutter, DropsWhatCannotBeDecodedBeforeTheFirstKeyframe) {
  EXPECT_THAT(cuts_of({{0}, {1'000}, {2'000, true}, {3'000}}),
              ElementsAre(ElementsAre(2'000, 3'000)));
}

TEST(SegmentCutter, StopsWaitingForAKeyframeThatNeverComes) {
  std::vector<Told> stream;
  for (int second = 0; second < 25; ++second) stream.push_back({second * 1'000});
  EXPECT_THAT(cuts_of(stream), ElementsAre(ElementsAre(20'000, 21'000, 22'000, 23'000, 24'000)));
}

TEST(SegmentCutter, CutsWhereTheClockJumps) {
  EXPECT_THAT(cuts_of({{100'000, true}, {101'000}, {0, true}, {500}, {60'000}}),
              ElementsAre(ElementsAre(100'000, 101'000), ElementsAre(0, 500), ElementsAre(60'000)));
}

TEST(SegmentCutter, GivesPacketsWithoutTimesThoseOfTheirNeighbours) {
  EXPECT_THAT(cuts_of({{AV_NOPTS_VALUE, true, 500},
                       {AV_NOPTS_VALUE, false, 1'500},
                       {AV_NOPTS_VALUE, false},
                       {std::numeric_limits<std::int64_t>::max(), false}}),
              ElementsAre(ElementsAre(500, 1'500, 2'500, 3'500)));
}

TEST(SegmentCutter, CutsWhereTheConfigurationChanges) {
  SegmentCutter cutter(kPolicy);
  const auto before = milliseconds(), after = milliseconds();
  EXPECT_FALSE(cutter.add(packet({0, true}), before));
  const auto cut = cutter.add(packet({500, true}), after);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->track.parameters, before.parameters);
  EXPECT_EQ(cutter.finish()->track.parameters, after.parameters);
}

TEST(SegmentCutter, CutsBeforeASegmentBecomesTooLarge) {
  SegmentCutter cutter(kPolicy);
  const auto track = milliseconds();
  EXPECT_FALSE(cutter.add(packet({0, true}, 30 << 20), track));
  EXPECT_TRUE(cutter.add(packet({40}, 30 << 20), track));
  EXPECT_THAT(cutter.finish()->packets, testing::SizeIs(1));
  EXPECT_FALSE(cutter.finish());
}

}  // namespace
}  // namespace staydown::media
