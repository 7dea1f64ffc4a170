#include "kafka/producer.h"

#include <gmock/gmock.h>

#include "kafka/log_reader.h"
#include "support/test_broker.h"

namespace staydown::kafka {
namespace {

using namespace std::chrono_literals;
using support::clients_of;
using support::make_topic;
using support::read_all;
using support::shared_broker;
using testing::ElementsAre;

class ProducerTest : public testing::Test {
 protected:
  ProducerTest() {
    auto connected = Producer::connect(clients_of(brokers_));
    EXPECT_TRUE(connected) << connected.error().message;
    producer_ = *std::move(connected);
  }

  const std::string brokers_ = shared_broker();
  std::unique_ptr<Producer> producer_;
};

TEST_F(ProducerTest, WritesKeysHeadersValuesAndTombstones) {
  const auto topic = make_topic(brokers_, "records", 1);
  const std::vector<Message> sent = {
      {.key = "a", .headers = {{"one", "1"}, {"one", ""}}, .value = Bytes{0, 1, 255}},
      {.key = std::string("\0b", 2), .headers = {}, .value = Bytes{}},
      {.key = "a", .headers = {}, .value = std::nullopt}};
  int acknowledged = 0;
  for (const auto& message : sent) {
    ASSERT_TRUE(producer_->send({.topic = topic, .message = message},
                                [&](const Result<void>& done) { acknowledged += done ? 1 : 0; }));
  }
  const auto flushed = producer_->flush(30s);
  ASSERT_TRUE(flushed) << flushed.error().message;
  EXPECT_EQ(acknowledged, 3);

  std::vector<Message> read;
  for (auto& record : read_all(brokers_, topic)) read.push_back(std::move(record.message));
  EXPECT_EQ(read, sent);
}

// Java's default partitioner: murmur2 of the key, its sign dropped, modulo the partitions. The
// hashes are those of Kafka's own UtilsTest.testMurmur2.
TEST_F(ProducerTest, PlacesKeysAsJavaDoes) {
  const auto topic = make_topic(brokers_, "keys", 7);
  const std::map<std::string, std::int32_t> murmur2 = {
      {"21", -973932308}, {"foobar", -790332482}, {"a-little-bit-long-string", -985981536}};
  for (const auto& [key, hash] : murmur2) {
    ASSERT_TRUE(producer_->send(
        {.topic = topic, .message = {.key = key, .headers = {}, .value = Bytes{1}}}));
  }
  ASSERT_TRUE(producer_->flush(30s));
  std::map<std::string, std::int32_t> placed, expected;
  for (const auto& record : read_all(brokers_, topic)) {
    placed[record.message.key] = record.partition;
  }
  for (const auto& [key, hash] : murmur2) expected[key] = (hash & 0x7fffffff) % 7;
  EXPECT_EQ(placed, expected);
}

TEST_F(ProducerTest, SaysWhatTheBrokerRefuses) {
  const auto topic = make_topic(brokers_, "small", 1, {{"max.message.bytes", "1000"}});
  ASSERT_TRUE(producer_->send(
      {.topic = topic, .message = {.key = "k", .headers = {}, .value = Bytes(5'000)}}));
  const auto flushed = producer_->flush(30s);
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(producer_->flush(1s)) << "a failure is told once";

  std::optional<Result<void>> delivered;
  ASSERT_TRUE(producer_->send(
      {.topic = topic, .message = {.key = "k", .headers = {}, .value = Bytes(5'000)}},
      [&](const Result<void>& result) { delivered = result; }));
  EXPECT_TRUE(producer_->flush(30s)) << "told to the one who asked";
  ASSERT_TRUE(delivered && !*delivered);
  EXPECT_EQ(delivered->error().code, ErrorCode::kTooLarge);
}

TEST_F(ProducerTest, LetsAReaderGoOnFromAnOffset) {
  const auto topic = make_topic(brokers_, "log", 2);
  for (std::uint8_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(producer_->send({.topic = topic,
                                 .message = {.key = "k", .headers = {}, .value = Bytes{i}},
                                 .partition = 1}));
  }
  ASSERT_TRUE(producer_->flush(30s));
  const auto reader = LogReader::connect(clients_of(brokers_));
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_TRUE((*reader)->start(topic, {{0, -1, {}}, {1, 3, {}}}));
  std::vector<std::pair<std::int32_t, std::int64_t>> read;
  const auto done = (*reader)->read_to_end(
      [&](const Record& record) { read.emplace_back(record.partition, record.offset); }, 30s);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(read, ElementsAre(std::pair(1, 3), std::pair(1, 4)));
}

}  // namespace
}  // namespace staydown::kafka
