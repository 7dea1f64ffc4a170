#include "service/cluster_topics.h"

#include <gmock/gmock.h>

namespace staydown::service {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

TEST(TopicSpecs, SurviveTheLossOfABrokerWhereThereAreThreeCopies) {
  for (const auto& spec : topic_specs({}, 64, 3)) {
    EXPECT_EQ(spec.replication, 3) << spec.name;
    EXPECT_THAT(spec.settings, Contains(Pair("min.insync.replicas", "2"))) << spec.name;
  }
  // Of two copies both would have to be there.
  for (const int replication : {1, 2}) {
    for (const auto& spec : topic_specs({}, 64, replication)) {
      EXPECT_THAT(spec.settings, Not(Contains(Key("min.insync.replicas")))) << spec.name;
    }
  }
}

}  // namespace
}  // namespace staydown::service
