#include "kafka/client.h"

#include <gmock/gmock.h>

#include "kafka/topics.h"
#include "support/test_broker.h"

namespace staydown::kafka {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(ClientOptions, TakeWhatLibrdkafkaTakes) {
  EXPECT_TRUE(check({.properties = {{"security.protocol", "SASL_SSL"},
                                    {"sasl.mechanisms", "PLAIN"},
                                    {"sasl.password", "hunter2"}},
                     .notice = {}}));
}

TEST(ClientOptions, NameAPropertyThatIsUnknown) {
  const auto checked = check({.properties = {{"sasl.pasword", "hunter2"}}, .notice = {}});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("kafka.properties.sasl.pasword: librdkafka"));
  EXPECT_THAT(checked.error().message, Not(HasSubstr("hunter2")));
}

TEST(ClientOptions, NeverShowAValue) {
  const auto checked = check({.properties = {{"security.protocol", "hunter2"}}, .notice = {}});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("kafka.properties.security.protocol: "));
  EXPECT_THAT(checked.error().message, Not(HasSubstr("hunter2")));
}

TEST(Topics, SayWhatThereIs) {
  const auto brokers = support::shared_broker();
  const auto topic = support::make_topic(brokers, "three", 3);
  const auto topics = Topics::connect(support::clients_of(brokers));
  ASSERT_TRUE(topics) << topics.error().message;
  EXPECT_EQ((*topics)->partitions(topic, 10s).value_or(0), 3);

  const auto missing = (*topics)->partitions("no-such-topic", 10s);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("topic no-such-topic: cannot look it up"));

  const auto again = (*topics)->create({.name = topic, .replication = 1, .settings = {}}, 10s);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
}

TEST(Topics, SayThatNoBrokerAnswers) {
  // Port 9 (discard) of this machine: nothing listens there.
  const auto topics = Topics::connect(support::clients_of("127.0.0.1:9"));
  ASSERT_TRUE(topics) << topics.error().message;
  const auto missing = (*topics)->partitions("any", 1s);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(missing.error().retriable);
}

}  // namespace
}  // namespace staydown::kafka
