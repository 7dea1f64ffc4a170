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

}  // namespace
}  // namespace staydown
