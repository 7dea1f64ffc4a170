#include "descriptor/score_norm.h"

#include <gtest/gtest.h>

namespace staydown::descriptor {
namespace {

ScoreNorm norm_of(const std::vector<Embedding>& pictures) {
  std::vector<Half> halves;
  for (const Embedding& picture : pictures) {
    halves.insert(halves.end(), picture.halves().begin(), picture.halves().end());
  }
  return {halves, 2};
}

TEST(ScoreNorm, IsTheSimilarityToTheNearestPicture) {
  const ScoreNorm norm = norm_of({Embedding{0, 1}, Embedding{0.6F, 0.8F}, Embedding{-1, 0}});
  EXPECT_NEAR(norm.commonness(Embedding{1, 0}), 0.6, 1e-3);
  EXPECT_NEAR(norm.commonness(Embedding{0, 1}), 1, 1e-3);
}

TEST(ScoreNorm, NeverBringsAPictureCloser) {
  EXPECT_EQ(norm_of({Embedding{-1, 0}}).commonness(Embedding{1, 0}), 0);
}

TEST(ScoreNorm, FindsNothingCommonWithoutPictures) {
  EXPECT_EQ(norm_of({}).commonness(Embedding{1, 0}), 0);
}

}  // namespace
}  // namespace staydown::descriptor
