#include "service/worker_health.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "service/cpu_count.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class WorkerHealthTest : public testing::Test {
 protected:
  Metrics metrics_{"v", "m"};
  WorkerHealth health_{{"0", "references"}, metrics_};
};

TEST_F(WorkerHealthTest, IsReadyOnceAllThreadsAre) {
  EXPECT_FALSE(health_.readiness().ok);
  health_.ready(0);
  EXPECT_FALSE(health_.readiness().ok);
  EXPECT_EQ(health_.readiness().text, "thread references: starting\n");
  health_.ready(1);
  EXPECT_TRUE(health_.readiness().ok);
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_ready 1\n"));
  health_.not_ready(0, "topic staydown.segments is missing");
  EXPECT_EQ(health_.readiness().text, "thread 0: topic staydown.segments is missing\n");
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_ready 0\n"));
}

TEST_F(WorkerHealthTest, IsNotReadyWithoutBrokers) {
  health_.ready(0);
  health_.ready(1);
  health_.brokers_up(1, false);
  EXPECT_EQ(health_.readiness().text, "thread references: no broker is connected\n");
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_brokers_up 0\n"));
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_ready 0\n"));
  health_.brokers_up(1, true);
  EXPECT_TRUE(health_.readiness().ok);
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_ready 1\n"));
}

TEST_F(WorkerHealthTest, NoticesAThreadThatIsStuck) {
  health_.alive(0);
  const auto now = std::chrono::steady_clock::now();
  EXPECT_TRUE(health_.health(now + 50s).ok);
  EXPECT_FALSE(health_.health(now + 70s).ok);
  EXPECT_THAT(health_.health(now + 70s).text, HasSubstr("thread 0: stuck for "));
}

// A large bank takes longer than a minute to read, and threads begin after that.
TEST_F(WorkerHealthTest, DoesNotJudgeWhatHasNotBegunOrTakesLong) {
  const auto later = std::chrono::steady_clock::now() + 24h;
  EXPECT_TRUE(health_.health(later).ok);
  health_.not_ready(1, "reading the references");
  EXPECT_EQ(health_.health(later).ok, false);
  health_.takes_long(1, "building the index");
  EXPECT_TRUE(health_.health(later).ok);
  EXPECT_EQ(health_.readiness().text,
            "thread 0: starting\nthread references: building the index\n");
  health_.alive(1);
  EXPECT_THAT(health_.health(later).text, HasSubstr("thread references: stuck for "));
}

TEST(CpuCount, IsNoMoreThanTheQuota) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("staydown-cgroup-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto with_quota = [&](const char* line) {
    std::ofstream(folder / "cpu.max") << line << '\n';
    return cpu_count(folder);
  };
  const int all = cpu_count("/nonexistent");
  EXPECT_GE(all, 1);
  EXPECT_EQ(with_quota("max 100000"), all);
  EXPECT_EQ(with_quota("150000 100000"), 1);
  EXPECT_EQ(with_quota("50000 100000"), 1);
  EXPECT_EQ(with_quota("100000000 100000"), all);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace staydown::service
