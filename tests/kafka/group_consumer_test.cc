#include "kafka/group_consumer.h"

#include <gmock/gmock.h>

#include "kafka/producer.h"
#include "support/test_broker.h"

namespace staydown::kafka {
namespace {

using namespace std::chrono_literals;
using support::clients_of;
using support::make_topic;
using support::shared_broker;
using testing::ElementsAre;

// What a member sees until `enough` holds, at most a minute.
class Member {
 public:
  Member(const std::string& brokers, const std::string& topic, const std::string& instance) {
    auto joined = GroupConsumer::join(clients_of(brokers), {topic, topic + "-group", instance});
    EXPECT_TRUE(joined) << joined.error().message;
    consumer_ = *std::move(joined);
  }

  GroupConsumer& operator*() { return *consumer_; }
  GroupConsumer* operator->() { return consumer_.get(); }

  template <typename Enough>
  testing::AssertionResult run_until(Enough enough) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!enough()) {
      if (std::chrono::steady_clock::now() > deadline) return testing::AssertionFailure();
      step();
    }
    return testing::AssertionSuccess();
  }

  // One poll; takes whatever it is assigned.
  void step() {
    auto polled = consumer_->poll(50ms);
    if (!polled) return errors.push_back(polled.error());
    if (auto* record = std::get_if<Record>(&*polled)) {
      records.push_back(std::move(*record));
    } else if (const auto* assigned = std::get_if<Assigned>(&*polled)) {
      partitions = assigned->partitions;
      const auto from = consumer_->committed(partitions);
      ASSERT_TRUE(from) << from.error().message;
      committed = *from;
      ASSERT_TRUE(consumer_->start(*from));
    } else if (std::holds_alternative<Revoked>(*polled)) {
      partitions.clear();
      ASSERT_TRUE(consumer_->release());
    }
  }

  std::vector<std::int64_t> offsets() const {
    std::vector<std::int64_t> all;
    for (const auto& record : records) all.push_back(record.offset);
    return all;
  }

  std::vector<std::int32_t> partitions;
  std::vector<Position> committed;
  std::vector<Record> records;
  std::vector<Error> errors;

 private:
  std::unique_ptr<GroupConsumer> consumer_;
};

void fill(const std::string& brokers, const std::string& topic, int partitions, int records) {
  auto producer = Producer::connect(clients_of(brokers));
  ASSERT_TRUE(producer) << producer.error().message;
  for (int partition = 0; partition < partitions; ++partition) {
    for (int i = 0; i < records; ++i) {
      ASSERT_TRUE((*producer)->send({.topic = topic,
                                     .message = {.key = "k", .headers = {}, .value = Bytes{1}},
                                     .partition = partition}));
    }
  }
  ASSERT_TRUE((*producer)->flush(30s));
}

TEST(GroupConsumer, GoesOnWhereItWasCommittedWithItsNote) {
  const auto brokers = shared_broker();
  const auto topic = make_topic(brokers, "resume", 1);
  fill(brokers, topic, 1, 4);
  {
    Member first(brokers, topic, "a");
    ASSERT_TRUE(first.run_until([&] { return first.records.size() == 4; }));
    EXPECT_THAT(first.committed, ElementsAre(Position{0, -1, ""}));
    EXPECT_THAT(first.offsets(), ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(first->end_of(0), 4);
    const auto done = first->commit({{0, 2, "try 2"}});
    ASSERT_TRUE(done) << done.error().message;
  }
  // The same instance is back: no rebalance, no waiting for its old session to end.
  Member second(brokers, topic, "a");
  ASSERT_TRUE(second.run_until([&] { return second.records.size() == 2; }));
  EXPECT_THAT(second.committed, ElementsAre(Position{0, 2, "try 2"}));
  EXPECT_THAT(second.offsets(), ElementsAre(2, 3));
}

TEST(GroupConsumer, SharesPartitionsAndSaysSo) {
  const auto brokers = shared_broker();
  const auto topic = make_topic(brokers, "share", 4);
  Member a(brokers, topic, "a");
  ASSERT_TRUE(a.run_until([&] { return a.partitions.size() == 4; }));
  Member b(brokers, topic, "b");
  ASSERT_TRUE(a.run_until([&] {
    b.step();
    return a.partitions.size() == 2 && b.partitions.size() == 2;
  }));
  EXPECT_THAT(a.partitions, ElementsAre(0, 1));
  EXPECT_THAT(b.partitions, ElementsAre(2, 3));
}

TEST(GroupConsumer, PausesOnePartitionAndGoesBack) {
  const auto brokers = shared_broker();
  const auto topic = make_topic(brokers, "pause", 2);
  fill(brokers, topic, 2, 3);
  Member member(brokers, topic, "a");
  ASSERT_TRUE(member.run_until([&] { return member.records.size() == 6; }));
  member.records.clear();

  ASSERT_TRUE(member->pause(0));
  fill(brokers, topic, 2, 1);
  ASSERT_TRUE(member.run_until([&] { return !member.records.empty(); }));
  EXPECT_EQ(member.records.front().partition, 1);
  member.records.clear();
  const auto resumed = member->resume(0, 1);
  ASSERT_TRUE(resumed) << resumed.error().message;
  ASSERT_TRUE(member.run_until([&] { return member.records.size() == 3; }));
  EXPECT_THAT(member.offsets(), ElementsAre(1, 2, 3));
}

TEST(GroupConsumer, ReadsFromItsStartWhatWasPausedBefore) {
  const auto brokers = shared_broker();
  const auto topic = make_topic(brokers, "anew", 1);
  fill(brokers, topic, 1, 3);
  Member member(brokers, topic, "a");
  ASSERT_TRUE(member.run_until([&] { return member.records.size() == 3; }));
  member.records.clear();
  ASSERT_TRUE(member->pause(0));
  const auto started = member->start({{0, 1, {}}});
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_TRUE(member.run_until([&] { return member.records.size() == 2; }));
  EXPECT_THAT(member.offsets(), ElementsAre(1, 2));
}

TEST(GroupConsumer, EndsWhenSomebodyTakesItsName) {
  const auto brokers = shared_broker();
  const auto topic = make_topic(brokers, "fenced", 1);
  Member first(brokers, topic, "a");
  ASSERT_TRUE(first.run_until([&] { return first.partitions.size() == 1; }));
  Member second(brokers, topic, "a");
  ASSERT_TRUE(first.run_until([&] {
    second.step();
    return !first.errors.empty();
  }));
  EXPECT_EQ(first.errors.back().code, ErrorCode::kInternal);
  EXPECT_THAT(first.errors.back().message, testing::HasSubstr("group.instance.id"));
  EXPECT_THAT(second.errors, testing::IsEmpty());
}

TEST(GroupConsumer, SaysThatItsTopicIsMissing) {
  Member member(shared_broker(), "no-such-topic", "a");
  ASSERT_TRUE(member.run_until([&] { return !member.errors.empty(); }));
  EXPECT_EQ(member.errors.front().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace staydown::kafka
