#include "index/merging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace staydown::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::size_t> merged(std::vector<BlockSize> blocks) { return blocks_to_merge(blocks); }

TEST(BlocksToMerge, LeavesBlocksThatShrinkFastEnough) {
  EXPECT_THAT(merged({}), IsEmpty());
  EXPECT_THAT(merged({{1'000'000, 0}}), IsEmpty());
  EXPECT_THAT(merged({{1'000'000, 0}, {100'000, 0}, {10'000, 0}}), IsEmpty());
}

TEST(BlocksToMerge, JoinsSmallBlocksWithoutTouchingTheLarge) {
  EXPECT_THAT(merged({{1'000'000, 0}, {10'000, 0}, {8'000, 0}}), ElementsAre(1, 2));
}

TEST(BlocksToMerge, JoinsTheLargeOnceTheSmallerAddUp) {
  EXPECT_THAT(merged({{1'000'000, 0}, {120'000, 0}, {10'000, 0}}), ElementsAre(0, 1, 2));
}

TEST(BlocksToMerge, MakesABlockAnewOnceAQuarterIsDead) {
  EXPECT_THAT(merged({{75, 25}}), IsEmpty());
  EXPECT_THAT(merged({{74, 26}}), ElementsAre(0));
}

}  // namespace
}  // namespace staydown::index
