// A broker that goes away and comes back.
#include <gmock/gmock.h>

#include <atomic>

#include "kafka/group_consumer.h"
#include "kafka/producer.h"
#include "support/test_broker.h"

namespace staydown::kafka {
namespace {

using namespace std::chrono_literals;

TEST(Outage, WritesWaitForTheBrokerAndArriveOnceInOrder) {
  support::OwnBroker broker;
  const auto topic = support::make_topic(broker.brokers(), "outage", 1);
  std::atomic<bool> noticed = false;
  auto options = support::clients_of(broker.brokers());
  options.notice = [&](const Notice& notice) { noticed = noticed || notice.brokers_down; };
  const auto producer = Producer::connect(options);
  ASSERT_TRUE(producer) << producer.error().message;
  const auto send = [&](std::uint8_t number) {
    return (*producer)->send(
        {.topic = topic, .message = {.key = "k", .headers = {}, .value = Bytes{number}}});
  };
  ASSERT_TRUE(send(0));
  ASSERT_TRUE((*producer)->flush(30s));

  broker.stop();
  ASSERT_TRUE(send(1));
  ASSERT_TRUE(send(2));
  const auto flushed = (*producer)->flush(2s);
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, ErrorCode::kBusy);
  EXPECT_EQ(flushed.error().message, "2 records are not acknowledged after 2000 ms");
  EXPECT_TRUE(noticed);

  broker.start();
  const auto again = (*producer)->flush(60s);
  ASSERT_TRUE(again) << again.error().message;
  std::vector<int> values;
  for (const auto& record : support::read_all(broker.brokers(), topic)) {
    values.push_back(record.message.value->front());
  }
  EXPECT_THAT(values, testing::ElementsAre(0, 1, 2));
}

// The group's heartbeats go on between the word that partitions are lost and their release, and the
// broker that is back refuses them for good.
TEST(Outage, AMemberThatLostItsPartitionsJoinsAnew) {
  support::OwnBroker broker;
  const auto topic = support::make_topic(broker.brokers(), "fenced", 2);
  const auto member =
      GroupConsumer::join(support::clients_of(broker.brokers()), {topic, topic + "-group", "a"});
  ASSERT_TRUE(member) << member.error().message;
  std::vector<Error> errors;
  const auto await_change = [&]() -> Polled {
    for (const auto deadline = std::chrono::steady_clock::now() + 60s;
         std::chrono::steady_clock::now() < deadline;) {
      auto polled = (*member)->poll(100ms);
      if (!polled) errors.push_back(polled.error());
      if (polled && !std::holds_alternative<std::monostate>(*polled)) return *std::move(polled);
    }
    return {};
  };
  const auto first = await_change();
  ASSERT_TRUE(std::holds_alternative<Assigned>(first));
  ASSERT_TRUE((*member)->start({{0, -1, {}}, {1, -1, {}}}));

  broker.stop();
  const auto lost = await_change();
  ASSERT_TRUE(std::holds_alternative<Revoked>(lost));
  EXPECT_TRUE(std::get<Revoked>(lost).lost);

  broker.start();
  const auto again = await_change();
  ASSERT_TRUE(std::holds_alternative<Assigned>(again));
  EXPECT_THAT(std::get<Assigned>(again).partitions, testing::ElementsAre(0, 1));
  for (const auto& error : errors) EXPECT_NE(error.code, ErrorCode::kInternal) << error.message;
}

}  // namespace
}  // namespace staydown::kafka
