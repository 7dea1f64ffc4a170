// What the group fires, as a worker hears of it.
#include <gmock/gmock.h>

#include <thread>

#include "cluster/cluster.h"
#include "kafka/topics.h"
#include "service/group_firings.h"
#include "support/cluster_admin.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkerFirings : public testing::Test {
 protected:
  WorkerFirings() {
    auto timeline = std::make_shared<ReferenceTimeline>();
    timeline->info.id = ReferenceId("attack");
    enforced_.emplace(timeline->info.id, timeline);
  }

  Result<std::unique_ptr<service::GroupFirings>> start() {
    return service::GroupFirings::start({.client = support::clients_of(brokers_),
                                         .topic = topic_,
                                         .now = now_,
                                         .policy = &policy_,
                                         .metrics = &metrics_,
                                         .health = &health_,
                                         .slot = 0,
                                         .look_for_partitions = 100ms});
  }

  // An event as another worker would publish it whose breaker is open.
  void publish_held_back(std::optional<std::int32_t> partition = {}) {
    publish({{"verdict", "review"}, {"rule", "breaker"}}, partition);
  }
  void publish(nlohmann::json data, std::optional<std::int32_t> partition = {}) {
    const std::string stream = "cam-1";
    data.update({{"stream", stream}, {"step", "opened"}, {"reference", {{"id", "attack"}}}});
    const auto text =
        nlohmann::json({{"time", "2026-11-22T08:00:00Z"}, {"data", std::move(data)}}).dump();
    auto producer = kafka::Producer::connect(support::clients_of(brokers_));
    ASSERT_TRUE(producer) << producer.error().message;
    ASSERT_TRUE((*producer)->send(
        {.topic = topic_,
         .message = {.key = stream, .headers = {}, .value = Bytes(text.begin(), text.end())},
         .partition = partition}));
    const auto sent = (*producer)->flush(30s);
    ASSERT_TRUE(sent) << sent.error().message;
  }

  static bool await(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!holds() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return holds();
  }

  const std::string brokers_ = support::shared_broker();
  const std::string topic_ = support::make_topic(brokers_, "firings", 3);
  const WallTime now_ = std::chrono::time_point_cast<MediaTime>(std::chrono::system_clock::now());
  ReferenceSet enforced_;
  policy::Policy policy_{policy::PolicyOptions{}};
  service::Metrics metrics_{"v", "m"};
  service::WorkerHealth health_{{"breaker"}, metrics_};
};

// Before its first segment a worker knows which breakers are open.
TEST_F(WorkerFirings, AreKnownOnceStarted) {
  publish_held_back();
  const auto firings = start();
  ASSERT_TRUE(firings) << firings.error().message;
  EXPECT_THAT(policy_.held_back(enforced_), ElementsAre(ReferenceId("attack")));
  EXPECT_TRUE(health_.readiness().ok);
}

TEST_F(WorkerFirings, AreFollowed) {
  const auto firings = start();
  ASSERT_TRUE(firings) << firings.error().message;
  EXPECT_THAT(policy_.held_back(enforced_), IsEmpty());
  publish_held_back();
  EXPECT_TRUE(await([&] { return !policy_.held_back(enforced_).empty(); }));
}

TEST_F(WorkerFirings, SayWhichBreakersAreOpenToThoseWhoOnlyObserve) {
  publish({{"verdict", "allow"},
           {"rule", "observe"},
           {"would_be", "review"},
           {"would_be_rule", "breaker"}});
  const auto firings = start();
  ASSERT_TRUE(firings) << firings.error().message;
  EXPECT_THAT(policy_.held_back(enforced_), ElementsAre(ReferenceId("attack")));
}

TEST_F(WorkerFirings, AreFollowedInPartitionsThatAreAdded) {
  const auto firings = start();
  ASSERT_TRUE(firings) << firings.error().message;
  support::add_partitions(brokers_, topic_, 5);
  publish_held_back(4);
  EXPECT_TRUE(await([&] { return !policy_.held_back(enforced_).empty(); }));
  EXPECT_TRUE(health_.readiness().ok);
}

TEST_F(WorkerFirings, AreReadOnOnceTheyCanBeReadAgain) {
  const auto firings = start();
  ASSERT_TRUE(firings) << firings.error().message;
  support::delete_topic(brokers_, topic_);
  EXPECT_TRUE(await([&] { return !health_.readiness().ok; }));
  EXPECT_THAT(health_.readiness().text, HasSubstr(topic_));
  EXPECT_THAT(metrics_.text(), Not(HasSubstr("staydown_errors_total{code=\"not_found\"} 0\n")));
  auto topics = kafka::Topics::connect(support::clients_of(brokers_));
  ASSERT_TRUE(topics) << topics.error().message;
  ASSERT_TRUE(
      (*topics)->create({.name = topic_, .partitions = 1, .replication = 1, .settings = {}}, 30s));
  EXPECT_TRUE(await([&] { return health_.readiness().ok; }));
  publish_held_back();
  EXPECT_TRUE(await([&] { return !policy_.held_back(enforced_).empty(); }));
}

TEST_F(WorkerFirings, AreNotWaitedForOnceAStopIsRequested) {
  std::stop_source stop;
  stop.request_stop();
  auto client = support::clients_of(brokers_);
  client.stop = stop.get_token();
  const auto firings = service::GroupFirings::start({.client = client,
                                                     .topic = topic_,
                                                     .now = now_,
                                                     .policy = &policy_,
                                                     .metrics = &metrics_,
                                                     .health = &health_,
                                                     .slot = 0});
  ASSERT_FALSE(firings);
  EXPECT_EQ(firings.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace staydown::cluster
