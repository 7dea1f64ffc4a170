#include "core/time.h"

#include <gtest/gtest.h>

namespace staydown {
namespace {

using namespace std::chrono_literals;

TEST(Interval, IsHalfOpen) {
  const Interval interval{2s, 5s};
  EXPECT_TRUE(interval.contains(2s));
  EXPECT_FALSE(interval.contains(5s));
  EXPECT_EQ(interval.length(), MediaTime(3s));
}

TEST(Time, PrintsForPeople) {
  EXPECT_EQ(to_string(MediaTime(1234567)), "1.235s");
  EXPECT_EQ(to_string(Interval{1s, 2500ms}), "[1.000s, 2.500s)");
}

TEST(Time, PrintsRfc3339WithMicroseconds) {
  EXPECT_EQ(to_rfc3339(WallTime(std::chrono::microseconds(1'000'000'000'000'007))),
            "2001-09-09T01:46:40.000007Z");
}

TEST(Time, ReadsRfc3339) {
  const WallTime second(1'000'000'000s);
  EXPECT_EQ(from_rfc3339("2001-09-09T01:46:40Z"), second);
  EXPECT_EQ(from_rfc3339("2001-09-09t03:16:40.000007+01:30"), second + 7us);
  EXPECT_EQ(from_rfc3339("2001-09-08T20:46:40.1234567-05:00"), second + 123'456us);
  EXPECT_EQ(from_rfc3339(to_rfc3339(second + 999'999us)), second + 999'999us);
  EXPECT_EQ(from_rfc3339("1969-12-31T23:59:59Z"), WallTime(-1s));
}

TEST(Time, RefusesWhatIsNotRfc3339) {
  for (const char* text :
       {"", "2001-09-09", "2001-09-09T01:46:40", "2001-02-30T01:46:40Z", "2001-09-09T24:00:00Z",
        "2001-09-09T01:46:40.Z", "2001-09-09T01:46:40Z ", "2001-09-09T01:46:40+0130",
        "+001-09-09T01:46:40Z", "2001-9-09T01:46:40Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace staydown
