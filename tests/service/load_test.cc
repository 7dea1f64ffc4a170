#include "service/load.h"

#include <gmock/gmock.h>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Segment segment_at(MediaTime start) {
  Segment segment;
  segment.start = start;
  segment.duration = 2s;
  return segment;
}

TEST(Effort, IsWholeWithoutOverload) {
  EXPECT_EQ(effort_in(0, segment_at(100s), {}, 0), Effort::kFull);
}

TEST(Effort, IsOneFrameOfEachSegmentThenOneInFourAndInEightSeconds) {
  const LastLooks looks{.sampled = 100s, .suspected = {}};
  EXPECT_EQ(effort_in(1, segment_at(102s), looks, 0), Effort::kOneFrame);
  EXPECT_EQ(effort_in(2, segment_at(102s), looks, 0), Effort::kSkip);
  EXPECT_EQ(effort_in(2, segment_at(104s), looks, 0), Effort::kOneFrame);
  EXPECT_EQ(effort_in(3, segment_at(106s), looks, 0), Effort::kSkip);
  EXPECT_EQ(effort_in(3, segment_at(108s), looks, 0), Effort::kOneFrame);
}

TEST(Effort, IsNeverLessThanOneFrameOfAStreamThatWasNotLookedAt) {
  EXPECT_EQ(effort_in(3, segment_at(100s), {}, 0), Effort::kOneFrame);
  const LastLooks before_the_restart{.sampled = 900s, .suspected = {}};
  EXPECT_EQ(effort_in(3, segment_at(0s), before_the_restart, 0), Effort::kOneFrame);
}

TEST(Effort, IsMoreForASuspectAndWholeForAnOpenAlignment) {
  const LastLooks looks{.sampled = 100s, .suspected = 80s};
  EXPECT_EQ(effort_in(1, segment_at(102s), looks, 0), Effort::kFull);
  EXPECT_EQ(effort_in(2, segment_at(102s), looks, 0), Effort::kOneFrame);
  EXPECT_EQ(effort_in(3, segment_at(102s), looks, 0), Effort::kSkip);
  EXPECT_EQ(effort_in(1, segment_at(140s), looks, 0), Effort::kOneFrame);  // a minute is over
  EXPECT_EQ(effort_in(3, segment_at(102s), looks, 0.1), Effort::kFull);
}

TEST(Load, IsShown) {
  Metrics metrics("v", "m");
  Load load(10s, 0, metrics);
  const std::chrono::steady_clock::time_point start(1h);
  load.note(11s, start);
  EXPECT_EQ(load.step(), 1);
  EXPECT_THAT(metrics.text(), HasSubstr("staydown_oldest_segment_age_seconds 11\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("staydown_overload_step 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("staydown_overload_steps_total{direction=\"up\"} 1\n"));
  load.note(-1s, start + 1s);
  EXPECT_THAT(metrics.text(), HasSubstr("staydown_oldest_segment_age_seconds 0\n"));
}

}  // namespace
}  // namespace staydown::service
