#include "service/stream_shelf.h"

#include <gmock/gmock.h>

namespace staydown::service {
namespace {

using testing::UnorderedElementsAre;

const StreamId kA("a"), kB("b"), kC("c");

ShelvedStream asleep_in(std::int32_t partition) {
  ShelvedStream stream;
  stream.partition = partition;
  return stream;
}

TEST(StreamShelf, LetsGoOfTheLeastRecentlyUsed) {
  StreamShelf shelf;
  for (const auto& stream : {kA, kB, kC}) shelf.use(stream, 0);
  shelf.use(kA, 0);
  EXPECT_EQ(shelf.least_used_beyond(3), std::nullopt);
  EXPECT_EQ(shelf.least_used_beyond(2), kB);
  shelf.put_to_sleep(kB, {1, 2});
  EXPECT_EQ(shelf.awake(), 2U);
  EXPECT_EQ(shelf.asleep(), 1U);
  EXPECT_EQ(shelf.least_used_beyond(1), kC);
  ASSERT_NE(shelf.find(kB), nullptr);
  EXPECT_EQ(shelf.find(kB)->record.detector, (Bytes{1, 2}));
}

TEST(StreamShelf, WakesWhatSleeps) {
  StreamShelf shelf;
  shelf.put(kA, asleep_in(3));
  EXPECT_EQ(shelf.asleep(), 1U);
  EXPECT_EQ(shelf.use(kA, 3).partition, 3);
  EXPECT_EQ(shelf.awake(), 1U);
  EXPECT_EQ(shelf.asleep(), 0U);
}

TEST(StreamShelf, ForgetsWhatIsDropped) {
  StreamShelf shelf;
  shelf.use(kA, 0);
  shelf.use(kB, 1);
  shelf.put(kC, asleep_in(1));
  EXPECT_THAT(shelf.where([](const ShelvedStream& stream) { return stream.partition == 1; }),
              UnorderedElementsAre(kB, kC));
  shelf.drop(kB);
  EXPECT_EQ(shelf.find(kB), nullptr);
  EXPECT_EQ(shelf.awake(), 1U);
  shelf.clear();
  EXPECT_EQ(shelf.awake() + shelf.asleep(), 0U);
}

}  // namespace
}  // namespace staydown::service
