#include "matching/kind_shares.h"

#include <gtest/gtest.h>

#include <cmath>

namespace staydown::matching {
namespace {

double log_mean(double a, double b) { return std::log((std::exp(a) + std::exp(b)) / 2); }

TEST(KindShares, BeginsWithTheMeanOfTheKindsThatSaySomething) {
  const KindShares shares;
  EXPECT_DOUBLE_EQ(shares.mix({5, -3}), log_mean(5, -3));
  EXPECT_DOUBLE_EQ(shares.mix({5, std::nullopt}), 5);
  EXPECT_DOUBLE_EQ(shares.mix({std::nullopt, -3}), -3);
  EXPECT_EQ(shares.mix({std::nullopt, std::nullopt}), 0);
}

TEST(KindShares, LearnsWhichKindTells) {
  KindShares shares;
  for (int vote = 0; vote < 3; ++vote) shares.learn({0.5, 5});
  EXPECT_NEAR(shares.mix({0.5, 5}), 5, 0.05);   // the mean would say 4.3
  EXPECT_NEAR(shares.mix({5, 0.5}), 1.7, 0.1);  // and is believed less when they change places,
  for (int vote = 0; vote < 3; ++vote) shares.learn({5, 0.5});
  EXPECT_NEAR(shares.mix({5, 0.5}), 5, 0.05);  // but not for long
}

TEST(KindShares, AKindThatSaysNothingKeepsItsShare) {
  KindShares shares;
  shares.learn({5, std::nullopt});
  EXPECT_DOUBLE_EQ(shares.mix({5, -3}), log_mean(5, -3));
}

// Whatever came before, of ratios whose mean over background is 1 the mixture's mean is 1.
TEST(KindShares, TheMixtureIsALikelihoodRatioToo) {
  KindShares shares;
  for (int vote = 0; vote < 4; ++vote) shares.learn({4, -1});
  const double likely = std::log(0.5), unlikely = std::log(1.5);  // half of background each
  const double mean =
      (std::exp(shares.mix({likely, unlikely})) + std::exp(shares.mix({unlikely, likely}))) / 2;
  EXPECT_NEAR(mean, 1, 1e-12);
}

}  // namespace
}  // namespace staydown::matching
