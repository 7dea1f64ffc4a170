#include "service/batch_order.h"

#include <gmock/gmock.h>

namespace staydown::service {
namespace {

using testing::ElementsAre;

BatchItem item(const char* stream, std::int64_t sequence, const char* data_ref = "") {
  event::SegmentMessage message;
  message.id = "x";
  message.source = "/test";
  message.segment.stream = StreamId(stream);
  message.segment.sequence = sequence;
  if (*data_ref == '\0') message.segment.bytes = {1};
  message.data_ref = data_ref;
  kafka::Record record;
  record.message = to_message(std::move(message));
  return BatchItem::of(std::move(record));
}

std::vector<std::string> order(std::deque<BatchItem> batch, bool moves) {
  EXPECT_EQ(put_in_order(batch), moves);
  std::vector<std::string> names;
  for (const auto& one : batch) {
    const auto& segment = one.parsed->segment;
    names.push_back(segment.stream.value + std::to_string(segment.sequence));
  }
  return names;
}

std::deque<BatchItem> batch(std::initializer_list<std::pair<const char*, std::int64_t>> items) {
  std::deque<BatchItem> batch;
  for (const auto& [stream, sequence] : items) batch.push_back(item(stream, sequence));
  return batch;
}

TEST(BatchOrder, PutsEachStreamInOrderInItsOwnPlaces) {
  EXPECT_THAT(order(batch({{"a", 3}, {"b", 9}, {"a", 1}, {"a", 2}, {"b", 8}}), true),
              ElementsAre("a1", "b8", "a2", "a3", "b9"));
}

TEST(BatchOrder, LeavesOrderAndRepeatsAlone) {
  EXPECT_THAT(order(batch({{"a", 1}, {"b", 1}, {"a", 2}, {"a", 2}}), false),
              ElementsAre("a1", "b1", "a2", "a2"));
}

TEST(BatchOrder, LeavesANewEpochWhereItIs) {
  EXPECT_THAT(order(batch({{"a", 500}, {"a", 501}, {"a", 0}}), false),
              ElementsAre("a500", "a501", "a0"));
}

TEST(BatchOrder, MovesNothingAroundASegmentThatMayHaveToWait) {
  auto mixed = batch({{"a", 2}, {"a", 1}});
  mixed.push_back(item("b", 1, "http://example.org/1.ts"));
  EXPECT_THAT(order(std::move(mixed), false), ElementsAre("a2", "a1", "b1"));
}

}  // namespace
}  // namespace staydown::service
