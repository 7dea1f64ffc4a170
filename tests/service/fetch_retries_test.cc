#include "service/fetch_retries.h"

#include <gmock/gmock.h>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr FetchRetries::Moment kStart(1h);

TEST(FetchRetries, WaitLongerEachTimeUntilItIsEnough) {
  FetchRetries retries(5s);
  auto now = kStart;
  std::vector<std::chrono::milliseconds> waited;
  while (retries.may_wait(3, 70, now)) {
    retries.wait(3, 70, now);
    EXPECT_TRUE(retries.waiting(3));
    const auto begin = now;
    auto due = retries.take_due(now);
    for (; due.empty(); due = retries.take_due(now)) now += 100ms;
    EXPECT_THAT(due, ElementsAre(kafka::Position{3, 70, {}}));
    EXPECT_FALSE(retries.waiting(3));
    waited.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - begin));
  }
  EXPECT_THAT(waited, ElementsAre(500ms, 1000ms, 2000ms, 4000ms));
}

TEST(FetchRetries, AreOfOneRecordOfEachPartition) {
  FetchRetries retries(1s);
  retries.wait(1, 10, kStart);
  retries.wait(2, 20, kStart + 200ms);
  EXPECT_THAT(retries.take_due(kStart + 499ms), IsEmpty());
  EXPECT_THAT(retries.take_due(kStart + 2s),
              ElementsAre(kafka::Position{1, 10, {}}, kafka::Position{2, 20, {}}));
  EXPECT_THAT(retries.take_due(kStart + 2s), IsEmpty());
  EXPECT_FALSE(retries.may_wait(1, 10, kStart + 2s));
  EXPECT_TRUE(retries.may_wait(1, 11, kStart + 2s));  // the next record begins anew
  retries.wait(1, 11, kStart + 2s);
  EXPECT_TRUE(retries.may_wait(1, 11, kStart + 2900ms));
  retries.forget(2);
  EXPECT_TRUE(retries.may_wait(2, 20, kStart + 9s));
}

}  // namespace
}  // namespace staydown::service
