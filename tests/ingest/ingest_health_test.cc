#include "ingest/ingest_health.h"

#include <gmock/gmock.h>

#include "ingest/fixture.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class IngestHealthTest : public testing::Test {
 protected:
  static std::string said(const service::HttpAnswer& answer) {
    return (answer.ok ? "yes " : "no ") + answer.text;
  }
  std::string health(std::chrono::seconds later = 0s) const {
    return said(health_.health(std::chrono::steady_clock::now() + later));
  }
  std::string ready() const { return said(health_.readiness()); }

  Logged logged_;
  service::Metrics metrics_{"v", "m", service::Role::kIngest};
  IngestHealth health_{metrics_};
};

TEST_F(IngestHealthTest, AThreadThatIsSilentAtWorkIsStuck) {
  IngestHealth::Part cam(health_, "input cam"), watch(health_, "watch");
  EXPECT_EQ(health(1h), "yes ok");  // not begun
  cam.alive();
  EXPECT_EQ(health(59s), "yes ok");
  EXPECT_THAT(health(61s), HasSubstr("no input cam: stuck for 6"));
  cam.waits();
  EXPECT_EQ(health(1h), "yes ok");
}

TEST_F(IngestHealthTest, IsReadyWithoutProblemsUntilItStops) {
  EXPECT_EQ(ready(), "no starting");
  {
    IngestHealth::Part cluster(health_, "cluster", "the brokers have not answered yet");
    IngestHealth::Part cam(health_, "brokers for cam");
    EXPECT_EQ(ready(), "no cluster: the brokers have not answered yet\n");
    EXPECT_EQ(metrics_.level(service::Level::kReady), 0);
    cluster.problem("");
    EXPECT_EQ(ready(), "yes ready");
    EXPECT_EQ(metrics_.level(service::Level::kReady), 1);
    cam.problem("no acknowledgements");
    cam.problem("no acknowledgements");
    EXPECT_EQ(ready(), "no brokers for cam: no acknowledgements\n");
    cam.problem("");
    health_.stopping();
    EXPECT_EQ(ready(), "no stopping\n");
    EXPECT_EQ(metrics_.level(service::Level::kReady), 0);
  }
  EXPECT_EQ(logged_.text(),
            "event=ingest_ready part=cluster\n"
            "event=ingest_not_ready part=\"brokers for cam\" reason=\"no acknowledgements\"\n"
            "event=ingest_ready part=\"brokers for cam\"\n");
}

}  // namespace
}  // namespace staydown::ingest
