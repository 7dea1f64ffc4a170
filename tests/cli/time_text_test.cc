#include "cli/time_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace staydown::cli {
namespace {

using namespace std::chrono_literals;

TEST(ParseTime, ReadsSecondsAndClockTimes) {
  EXPECT_EQ(parse_time("0"), MediaTime(0));
  EXPECT_EQ(parse_time("90"), MediaTime(90s));
  EXPECT_EQ(parse_time("90.25"), MediaTime(90'250ms));
  EXPECT_EQ(parse_time("1:30"), MediaTime(90s));
  EXPECT_EQ(parse_time("01:02:03.004"), MediaTime(3'723'004ms));
  EXPECT_EQ(parse_time("100:00:00"), MediaTime(100h));
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text : {"", "-1", "+1", " 1", "1s", "1e3", "inf", "nan", "0x10", "1:", ":30",
                           "1:60", "1:2.5:3", "1:2:3:4", "1.2.3", "1000:00:01"}) {
    const auto time = parse_time(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().message, "\"" + std::string(text) +
                                        "\" is not a time; write seconds or [HH:]MM:SS[.fff], "
                                        "e.g. 90 or 1:30.5");
  }
}

TEST(ParseInterval, ReadsFromAndTo) {
  EXPECT_EQ(parse_interval("1:30-2:15.5").value(), (Interval{90s, 135'500ms}));
  EXPECT_EQ(parse_interval("90").error().message,
            "\"90\" is not an interval; write FROM-TO, e.g. 1:30-2:15");
  EXPECT_EQ(parse_interval("90-80").error().message,
            "\"90-80\" ends before it begins; write FROM-TO, e.g. 1:30-2:15");
  EXPECT_THAT(parse_interval("x-80").error().message, testing::StartsWith("\"x\" is not a time"));
  EXPECT_THAT(parse_interval("1--2").error().message, testing::StartsWith("\"-2\" is not a time"));
}

TEST(ClockText, LeavesHoursOutWhereThereAreNone) {
  EXPECT_EQ(clock_text(MediaTime(0)), "0:00.000");
  EXPECT_EQ(clock_text(83'456ms), "1:23.456");
  EXPECT_EQ(clock_text(2h + 3min + 4500ms), "2:03:04.500");
}

}  // namespace
}  // namespace staydown::cli
