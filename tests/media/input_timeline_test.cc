#include "media/input_timeline.h"

#include <gmock/gmock.h>

namespace staydown::media {
namespace {

using namespace std::chrono_literals;

constexpr MediaTime kFrame = 40ms;
constexpr MediaTime kFiles = MediaTime::max(), kLive = 10s;

Cut from_to(MediaTime begin, MediaTime end) {
  Cut cut;
  cut.raw = {begin, end};
  cut.last_frame = end - kFrame;
  return cut;
}

TEST(InputTimeline, CountsTheInputsOwnTimestampsFromZero) {
  InputTimeline line;
  EXPECT_EQ(line.place(from_to(100s, 102s), kLive), 0s);
  EXPECT_EQ(line.place(from_to(102s, 104s), kLive), 2s);
  EXPECT_EQ(line.place(from_to(109s, 111s), kLive), 9s) << "a pause of 5 s stays";
}

TEST(InputTimeline, ToleratesADurationThatWasGuessedTooLong) {
  InputTimeline line;
  EXPECT_EQ(line.place(from_to(0s, 2s), kLive), 0s);
  EXPECT_EQ(line.place(from_to(1'990ms, 4s), kLive), 1'990ms);
}

TEST(InputTimeline, GoesOnAfterTheLastFrameWhenTheClockStartsAnew) {
  InputTimeline line;
  EXPECT_EQ(line.place(from_to(100s, 102s), kLive), 0s);
  EXPECT_EQ(line.place(from_to(0s, 2s), kLive), 2s);
  EXPECT_EQ(line.place(from_to(2s, 4s), kLive), 4s);
}

TEST(InputTimeline, TakesALongStepForAnotherClockOnlyWhereClocksChange) {
  InputTimeline live, file;
  live.place(from_to(0s, 2s), kLive);
  file.place(from_to(0s, 2s), kFiles);
  EXPECT_EQ(live.place(from_to(95'000s, 95'002s), kLive), 2s);
  EXPECT_EQ(file.place(from_to(60s, 62s), kFiles), 60s);
}

}  // namespace
}  // namespace staydown::media
