// `staydown ingest --spool` on topics that keep their records longer than the spool its files.
#include <gmock/gmock.h>

#include "cluster/cluster.h"

namespace staydown::cluster {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Spool : public Cluster {
 protected:
  Spool() { make_topics(2); }

  support::Finished ingest_keeping(int hours) const {
    return support::run({STAYDOWN_BINARY, "ingest", path("reference.ts"), "--brokers", brokers_,
                         "--config", configuration("ingest.yaml"), "--spool", path("spool"),
                         "--spool-hours", std::to_string(hours)});
  }
};

TEST_F(Spool, MustOutliveTheRecordsThatNameItsFiles) {
  // Segments are kept for 6 h, dead letters for 7 days.
  for (const auto& [hours, topic, needed] :
       {std::tuple(5, topics_.segments, "6"), std::tuple(167, topics_.dead_letters, "168")}) {
    const auto refused = ingest_keeping(hours);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr("--spool-hours"), HasSubstr(topic), HasSubstr(needed)));
  }
  const auto taken = ingest_keeping(168);
  EXPECT_EQ(taken.status, 0) << taken.err;
}

}  // namespace
}  // namespace staydown::cluster
