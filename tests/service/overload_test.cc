#include "service/overload.h"

#include <gmock/gmock.h>

#include <vector>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// The steps in force after each second with these ages.
std::vector<int> steps(const std::vector<MediaTime>& ages) {
  Overload overload(10s);
  std::chrono::steady_clock::time_point now(1h);
  std::vector<int> steps;
  for (const auto age : ages) {
    now += 1s;
    overload.update(age, now);
    steps.push_back(overload.step());
  }
  return steps;
}

TEST(Overload, StepsUpWhileSegmentsAreTooOldAndNoFurtherThanTheLast) {
  EXPECT_THAT(steps({9s, 11s, 12s, 13s, 14s, 15s}), ElementsAre(0, 1, 2, 3, 3, 3));
}

TEST(Overload, HoldsBetweenHalfTheBudgetAndTheBudget) {
  EXPECT_THAT(steps({11s, 8s, 8s, 8s, 8s, 8s, 8s, 8s}), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1));
}

TEST(Overload, StepsDownAfterFiveCalmSeconds) {
  EXPECT_THAT(steps({11s, 12s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s}),
              ElementsAre(1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0));
}

TEST(Overload, StartsCountingAnewWhenItWasNotCalm) {
  EXPECT_THAT(steps({11s, 1s, 1s, 1s, 7s, 1s, 1s, 1s, 1s, 1s, 1s}),
              ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0));
}

TEST(Overload, StepsUpAtMostOnceASecond) {
  Overload overload(10s);
  std::chrono::steady_clock::time_point now(1h);
  EXPECT_TRUE(overload.update(11s, now));
  EXPECT_FALSE(overload.update(11s, now + 999ms));
  EXPECT_TRUE(overload.update(11s, now + 1s));
}

}  // namespace
}  // namespace staydown::service
