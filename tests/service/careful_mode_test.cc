#include "service/careful_mode.h"

#include <gtest/gtest.h>

namespace staydown::service {
namespace {

TEST(CarefulMode, LeavesACleanStopAlone) {
  CarefulMode careful;
  EXPECT_FALSE(careful.take_over({0, 100, kCleanNote}));
  EXPECT_FALSE(careful.take_over({1, -1, kRunningNote}));
  EXPECT_FALSE(careful.applies_to(0, 100));
  EXPECT_FALSE(careful.applies_to(1, 0));
}

TEST(CarefulMode, SuspectsWhatMayHaveBeenInWork) {
  CarefulMode careful;
  EXPECT_TRUE(careful.take_over({3, 100, kRunningNote}));
  EXPECT_TRUE(careful.applies_to(3, 100));
  EXPECT_TRUE(careful.applies_to(3, 163));
  EXPECT_FALSE(careful.applies_to(3, 164));
  EXPECT_FALSE(careful.applies_to(2, 100));
  careful.clear();
  EXPECT_FALSE(careful.applies_to(3, 100));
}

// A process that ends whenever it takes record `deadly`, and its successors.
int ends_until_given_up(std::int64_t committed, std::int64_t deadly) {
  kafka::Position position{0, committed, kRunningNote};
  for (int ends = 1;; ++ends) {  // the first came in a batch, with nothing noted
    CarefulMode careful;
    EXPECT_TRUE(careful.take_over(position));
    for (auto offset = position.offset; offset <= deadly; ++offset) {
      EXPECT_TRUE(careful.applies_to(0, offset));
      const int attempt = careful.next_try(0, offset);
      if (attempt > CarefulMode::kMostTries) {
        EXPECT_EQ(offset, deadly);
        return ends;
      }
      position = {0, offset, CarefulMode::note_of(attempt)};
    }
  }
}

TEST(CarefulMode, GivesUpASegmentAfterItsThirdUncleanEnd) {
  EXPECT_EQ(ends_until_given_up(100, 100), 3);
  EXPECT_EQ(ends_until_given_up(100, 130), 3);
}

}  // namespace
}  // namespace staydown::service
