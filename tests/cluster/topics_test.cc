// `staydown topics create` on a broker that has some of the topics already.
#include "kafka/topics.h"

#include <gmock/gmock.h>

#include "cluster/cluster.h"
#include "support/cluster_admin.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class TopicsCreate : public Cluster {
 protected:
  TopicsCreate() { make_topics(4); }

  support::Finished create(int partitions) const {
    return support::run({STAYDOWN_BINARY, "topics", "create", "--brokers", brokers_, "--config",
                         configuration("topics.yaml"), "--partitions", std::to_string(partitions)});
  }

  void make_anew(const kafka::TopicSpec& spec) const {
    support::delete_topic(brokers_, spec.name);
    auto topics = kafka::Topics::connect(support::clients_of(brokers_));
    ASSERT_TRUE(topics) << topics.error().message;
    const auto made = (*topics)->create(spec, 30s);
    ASSERT_TRUE(made) << made.error().message;
  }
};

TEST_F(TopicsCreate, LeavesWhatFits) {
  const auto again = create(4);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr(topics_.references + ": there already, left as it is\n"));
}

// One copy for each broker, as long as those are fewer than three.
TEST_F(TopicsCreate, MakesAsManyCopiesAsThereAreBrokers) {
  support::delete_topic(brokers_, topics_.references);
  const auto made = create(4);
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr(topics_.references + ": created, 1 partition, 1 copy\n"));
}

TEST_F(TopicsCreate, SaysWhichTopicsLoseWhatTheyMustKeep) {
  make_anew({.name = topics_.references,
             .partitions = 2,
             .replication = 1,
             .settings = {{"cleanup.policy", "delete"}}});
  make_anew({.name = topics_.workers,
             .partitions = 1,
             .replication = 1,
             .settings = {{"cleanup.policy", "delete,compact"}}});
  make_anew({.name = topics_.takedowns, .partitions = 3, .replication = 1, .settings = {}});
  const auto refused = create(8);
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err.substr(refused.err.find('\n')),
            "\n  " + topics_.segments + ": the number of partitions is 4, not 8" +      //
                "\n  " + topics_.state + ": the number of partitions is 4, not 8" +     //
                "\n  " + topics_.references + ": the number of partitions is 2, not 1"  //
                + "\n  " + topics_.references + ": cleanup.policy is delete, not compact" + "\n  " +
                topics_.references + ": message.timestamp.type is CreateTime, not LogAppendTime\n");
}

}  // namespace
}  // namespace staydown::cluster
