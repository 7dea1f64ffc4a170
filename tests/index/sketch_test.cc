#include "index/sketch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "index/references.h"

namespace staydown::index {
namespace {

// At that distance of `x`.
Embedding away(const std::vector<float>& x, double distance, std::mt19937_64& random) {
  auto y = random_direction(x.size(), random);
  double along = 0;
  for (std::size_t i = 0; i < x.size(); ++i) along += static_cast<double>(x[i] * y[i]);
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] -= static_cast<float>(along) * x[i];
    squares += static_cast<double>(y[i] * y[i]);
  }
  const double cosine = 1 - distance, sine = std::sqrt(1 - cosine * cosine) / std::sqrt(squares);
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] =
        static_cast<float>(cosine * static_cast<double>(x[i]) + sine * static_cast<double>(y[i]));
  }
  return Embedding(y);
}

class SketchOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(SketchOfSize, DiffersByTheAngle) {
  std::mt19937_64 random(3);
  for (const double distance : {0.02, 0.2, 0.5, 1.0}) {
    constexpr int kPairs = 400;
    const double expected = 256 * std::acos(1 - distance) / std::numbers::pi;
    double bits = 0;
    int beyond = 0;
    for (int pair = 0; pair < kPairs; ++pair) {
      const auto x = random_direction(GetParam(), random);
      const int differ =
          staydown::distance(sketch_of(Embedding(x)), sketch_of(away(x, distance, random)));
      bits += differ;
      beyond += differ > sketch_radius(static_cast<float>(distance)) ? 1 : 0;
    }
    EXPECT_NEAR(bits / kPairs, expected, 1.5) << distance;
    EXPECT_LE(beyond, 3) << distance;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, SketchOfSize, testing::Values(48, 256, 300, 1024));

// Vectors of one orthant, as those of a network that ends in a rectifier.
TEST(Sketch, TellsVectorsOfOneOrthantApart) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<float> uniform(0, 1);
  for (int pair = 0; pair < 200; ++pair) {
    std::vector<float> x(256), y(256);
    for (float& number : x) number = uniform(random);
    for (float& number : y) number = uniform(random);
    const Embedding a(unit(x)), b(unit(y));
    const double angle = std::acos(1 - distance(a, b)) / std::numbers::pi;
    EXPECT_NEAR(distance(sketch_of(a), sketch_of(b)), 256 * angle, 32);
  }
}

class EstimateOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(EstimateOfSize, IsAboutTheDistanceAndSeldomMoreThanItsBound) {
  std::mt19937_64 random(23);
  for (const double distance : {0.02, 0.2, 0.5, 1.0}) {
    constexpr int kPairs = 400;
    double sum = 0;
    int beyond = 0;
    for (int pair = 0; pair < kPairs; ++pair) {
      const auto x = random_direction(GetParam(), random);
      const float estimate =
          estimated_distance(projections_of(Embedding(x)), sketch_of(away(x, distance, random)));
      sum += static_cast<double>(estimate);
      beyond += estimate > largest_estimate(static_cast<float>(distance), GetParam()) ? 1 : 0;
    }
    EXPECT_NEAR(sum / kPairs, distance, 0.02) << distance;
    EXPECT_LE(beyond, 3) << distance;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, EstimateOfSize, testing::Values(48, 256, 300, 1024));

TEST(Sketch, OfOppositesIsOpposite) {
  const Embedding x{0.6F, -0.8F}, opposite{-0.6F, 0.8F};
  EXPECT_EQ(distance(sketch_of(x), sketch_of(x)), 0);
  EXPECT_EQ(distance(sketch_of(x), sketch_of(opposite)), 256);
}

TEST(SketchRadius, GrowsWithTheDistance) {
  EXPECT_EQ(sketch_radius(0), 0);
  EXPECT_EQ(sketch_radius(1), 128 + 25);  // 3.1 standard deviations of 8
  EXPECT_EQ(sketch_radius(2), 256);
  for (float d = 0; d < 2; d += 0.01F) EXPECT_LE(sketch_radius(d), sketch_radius(d + 0.01F));
}

}  // namespace
}  // namespace staydown::index
