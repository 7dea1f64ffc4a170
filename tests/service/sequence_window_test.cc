#include "service/sequence_window.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

namespace staydown::service {

void PrintTo(const SequenceWindow::Step& step, std::ostream* out) {
  *out << name_of(step.arrival) << '/' << step.missing;
}

namespace {

using enum Arrival;
using Step = SequenceWindow::Step;
using testing::ElementsAre;

std::vector<Step> take(std::initializer_list<std::int64_t> numbers) {
  SequenceWindow window;
  std::vector<Step> steps;
  for (const auto number : numbers) steps.push_back(window.take(number));
  return steps;
}

TEST(SequenceWindow, BeginsAnywhere) {
  EXPECT_THAT(take({700, 701}), ElementsAre(Step{kInOrder}, Step{kInOrder}));
}

TEST(SequenceWindow, TellsGapsLateOnesAndDuplicates) {
  EXPECT_THAT(take({0, 3, 1, 1, 3, 2, 4}),
              ElementsAre(Step{kInOrder}, Step{kAfterGap, 2}, Step{kLate}, Step{kDuplicate},
                          Step{kDuplicate}, Step{kLate}, Step{kInOrder}));
}

TEST(SequenceWindow, TakesALargeFallForARestart) {
  EXPECT_THAT(take({1'000, 937, 936, 937}),
              ElementsAre(Step{kInOrder}, Step{kLate}, Step{kNewEpoch}, Step{kInOrder}));
}

TEST(SequenceWindow, TakesALargeJumpForARestart) {
  EXPECT_THAT(
      take({0, 100'000, 200'001, 200'002}),
      ElementsAre(Step{kInOrder}, Step{kAfterGap, 99'999}, Step{kNewEpoch}, Step{kInOrder}));
}

TEST(SequenceWindow, ForgetsWhatIsFarBehindAGap) {
  EXPECT_THAT(take({0, 64, 63, 0, 1}), ElementsAre(Step{kInOrder}, Step{kAfterGap, 63}, Step{kLate},
                                                   Step{kNewEpoch}, Step{kInOrder}));
}

// Against the plain account of what was seen, on all short sequences of small numbers.
TEST(SequenceWindow, AgreesWithAPlainSet) {
  for (int code = 0; code < 6 * 6 * 6 * 6 * 6; ++code) {
    SequenceWindow window;
    std::set<std::int64_t> seen;
    for (int left = code, i = 0; i < 5; ++i, left /= 6) {
      const std::int64_t number = left % 6;
      const auto step = window.take(number);
      EXPECT_EQ(step.arrival == kDuplicate, seen.contains(number));
      EXPECT_EQ(step.arrival == kLate,
                !seen.empty() && !seen.contains(number) && number < *seen.rbegin());
      seen.insert(number);
    }
  }
}

}  // namespace
}  // namespace staydown::service
