#include "media/timeline.h"

#include <gmock/gmock.h>

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimeBase kMilliseconds{1, 1000, 64};

PacketTime at(std::int64_t pts, std::int64_t dts) { return {pts, dts, 0}; }
PacketTime at(std::int64_t pts) { return {pts, pts, 0}; }

TEST(Timeline, BeginsAtTheSmallestPresentationTime) {
  const auto line =
      timeline_of({at(5080, 5000), at(5200, 5040), at(5120, 5080), at(5160, 5120)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 120ms, 40ms, 80ms));
  EXPECT_EQ(line.duration, 160ms);
  EXPECT_FALSE(line.missing_timestamps);
  EXPECT_FALSE(line.discontinuity);
}

TEST(Timeline, EndsWithTheLastFramesOwnDuration) {
  EXPECT_EQ(timeline_of({at(0), at(40), {80, 80, 25}}, kMilliseconds).duration, 105ms);
}

TEST(Timeline, ContinuesTimestampsThatWrap) {
  const std::int64_t period = 1LL << 33;
  const TimeBase ticks{1, 90'000, 33};
  const auto line = timeline_of({at(period - 9000), at(period - 4500), at(0), at(4500)}, ticks);
  EXPECT_THAT(line.times, ElementsAre(0ms, 50ms, 100ms, 150ms));
  EXPECT_FALSE(line.discontinuity);
}

TEST(Timeline, GoesOnAtTheUsualDistanceAfterAJumpAhead) {
  const auto line = timeline_of({at(0), at(40), at(80), at(60'000), at(60'040)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms, 120ms, 160ms));
  EXPECT_EQ(line.duration, 200ms);
  EXPECT_TRUE(line.discontinuity);
}

TEST(Timeline, GoesOnAtTheUsualDistanceAfterAJumpBack) {
  const auto line = timeline_of({at(9000), at(9040), at(9080), at(0), at(40)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms, 120ms, 160ms));
  EXPECT_TRUE(line.discontinuity);
}

TEST(Timeline, BelievesPausesOfASlideShow) {
  const auto line = timeline_of({at(0), at(8000), at(9000)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0s, 8s, 9s));
  EXPECT_FALSE(line.discontinuity);
}

TEST(Timeline, TakesDecodingTimesForMissingPresentationTimes) {
  const auto line = timeline_of({at(0), at(kNoTimestamp, 40), at(80)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms));
  EXPECT_TRUE(line.missing_timestamps);
}

TEST(Timeline, PlacesPacketsWithoutTimestampsAfterTheOneBefore) {
  const PacketTime none;
  const auto line = timeline_of({none, at(1000), at(1040), none, at(1120)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms, 120ms, 160ms));
  EXPECT_TRUE(line.missing_timestamps);
  EXPECT_FALSE(line.discontinuity);
}

TEST(Timeline, SpreadsPacketsOverTheExpectedDurationWhereThereIsNoTimestampAtAll) {
  const std::vector<PacketTime> none(4);
  EXPECT_THAT(timeline_of(none, kMilliseconds, 2s).times, ElementsAre(0ms, 500ms, 1s, 1500ms));
  EXPECT_THAT(timeline_of(none, kMilliseconds).times, ElementsAre(0ms, 40ms, 80ms, 120ms));
}

TEST(Timeline, DistrustsAPresentationTimeFarFromItsDecodingTime) {
  const auto line = timeline_of({at(0), at(99'999'999, 40), at(80)}, kMilliseconds);
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms));
  EXPECT_TRUE(line.missing_timestamps);
}

TEST(Timeline, SurvivesTimestampsAtTheEndsOfTheirRange) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const auto line = timeline_of({at(most), at(-most), at(0), at(most)}, {1'000'000, 1, 64});
  EXPECT_THAT(line.times, ElementsAre(0ms, 40ms, 80ms, 120ms));
  EXPECT_TRUE(line.discontinuity);
}

TEST(Timeline, OfNothingIsEmpty) { EXPECT_THAT(timeline_of({}, kMilliseconds).times, IsEmpty()); }

}  // namespace
}  // namespace staydown::media
