#include "matching/line_fit.h"

#include <gtest/gtest.h>

namespace staydown::matching {
namespace {

TEST(LineFit, StartsAsTheConeOfAllSpeeds) {
  LineFit fit(1.0);
  fit.add(100, 30, 0.25);
  const Window now = fit.at(100), later = fit.at(110);
  EXPECT_DOUBLE_EQ(now.center, 30);
  EXPECT_LT(now.half_width, 1);
  EXPECT_DOUBLE_EQ(later.center, 40);
  EXPECT_NEAR(later.half_width, 2.5, 0.1);
}

TEST(LineFit, NarrowsToTheSpeedOfThePairs) {
  LineFit fit(1.0);
  for (int i = 0; i <= 20; ++i) fit.add(i, 30 + 1.1 * i, 0.25);
  EXPECT_NEAR(fit.speed(), 1.1, 0.01);
  EXPECT_NEAR(fit.reported_speed(), 1.1, 0.01);
  EXPECT_NEAR(fit.reported(0), 30, 0.1);
  EXPECT_LT(fit.at(22).half_width, 0.6);
}

TEST(LineFit, ReportsSpeedOneWhereItExplainsThePairs) {
  LineFit fit(1.0);
  for (int i = 0; i <= 20; ++i) fit.add(i, 30 + i + (i % 2 == 0 ? 0.2 : -0.2), 0.25);
  EXPECT_DOUBLE_EQ(fit.reported_speed(), 1.0);
  EXPECT_NEAR(fit.reported(20), 50, 0.1);
}

TEST(LineFit, NeverLeavesTheRangeOfSpeeds) {
  LineFit fit(1.0);
  for (int i = 0; i <= 50; ++i) fit.add(i, 30, 0.25);
  EXPECT_DOUBLE_EQ(fit.speed(), kSlowest);
}

}  // namespace
}  // namespace staydown::matching
