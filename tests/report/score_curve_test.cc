#include "report/score_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace staydown::report {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(ScoreCurve, JoinsNeighboursWhenItIsFullAndKeepsThePeak) {
  ScoreCurve curve(4);
  double score = 1;
  for (const auto begin : {0s, 2s, 4s, 6s, 8s}) curve.add({{begin, begin + 2s}, score *= -3});
  EXPECT_THAT(curve.points(), ElementsAre(ScorePoint{{0s, 4s}, 9}, ScorePoint{{4s, 8s}, 81},
                                          ScorePoint{{8s, 10s}, -243}));
}

}  // namespace
}  // namespace staydown::report
