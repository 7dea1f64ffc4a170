// What a worker says of itself, and when.
#include <gmock/gmock.h>

#include <atomic>

#include "service/worker_reports.h"
#include "support/test_broker.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(WorkerReports, TellAtOnceThatAWorkerIsReadyOrEnforcesMore) {
  const auto brokers = support::shared_broker();
  const auto topic = support::make_topic(brokers, "reports", 1);
  std::atomic<bool> ready = false;
  std::atomic<std::int64_t> version = 7;
  std::vector<std::string> told;
  std::vector<WallTime> at;
  const auto take = [&](const kafka::Record& record) {
    const auto report = event::parse_worker_report(record.message);
    ASSERT_TRUE(report) << report.error().message;
    told.push_back(std::to_string(report->references_version) +
                   (report->ready ? " ready" : " not ready"));
    at.push_back(report->at);
  };
  {
    const auto reports = service::WorkerReports::start(support::clients_of(brokers), topic, [&] {
      event::WorkerReport report;
      report.instance = "a";
      report.at = std::chrono::time_point_cast<MediaTime>(std::chrono::system_clock::now());
      report.references_version = version;
      report.ready = ready;
      return report;
    });
    ASSERT_TRUE(reports) << reports.error().message;
    support::read_until(brokers, topic, 30s, [&](const kafka::Record& record) {
      take(record);
      if (told.size() == 1) ready = true;
      if (told.size() == 2) version = 8;
      return told.size() == 3;
    });
  }
  ASSERT_THAT(told, ElementsAre("7 not ready", "7 ready", "8 ready"));
  // They come every 5 s anyway.
  EXPECT_LT(at[1] - at[0], 4s);
  EXPECT_LT(at[2] - at[1], 4s);
}

}  // namespace
}  // namespace staydown::cluster
