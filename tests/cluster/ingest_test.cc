// `staydown ingest` and `staydown worker` together.
#include <gmock/gmock.h>

#include <sstream>

#include "cluster/cluster.h"
#include "event/segment_message.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Ingest : public Cluster {
 protected:
  Ingest() { make_topics(2); }

  // Eight seconds of background, twelve of the reference, more background; as a file.
  std::string video() {
    support::VideoSpec spec;
    spec.parts = {{.seed = kBackgroundSeed, .duration = 8s},
                  {.seed = kReferenceSeed, .from = 4s, .duration = 8s},
                  {.seed = kBackgroundSeed + 1, .duration = 6s}};
    spec.gop = 2 * spec.fps;
    spec.kilobits = 500;
    support::encode_to_file(spec, path("cam-7.ts"));
    return path("cam-7.ts");
  }

  support::Finished ingest(std::vector<std::string> more) {
    std::vector<std::string> command{STAYDOWN_BINARY, "ingest",    video(),
                                     "--brokers",     brokers_,    "--config",
                                     path("a.yaml"),  "--account", "uploader-3"};
    command.insert(command.end(), more.begin(), more.end());
    return support::run(command);
  }

  // Verdicts and intervals, by step.
  static std::map<std::string, nlohmann::json> findings(const std::vector<nlohmann::json>& events) {
    std::map<std::string, nlohmann::json> by_step;
    for (const auto& event : events) {
      const auto& data = event.at("data");
      by_step[data.at("step")] = {data.at("verdict"), data.at("query_interval"),
                                  data.at("reference_interval"), data.at("account")};
    }
    return by_step;
  }
};

TEST_F(Ingest, ThenAWorkerFindsWhatAScanFinds) {
  const auto worker = start_worker("a", "worker: {idle_seconds: 2}\n");
  const auto ingested = ingest({});
  EXPECT_EQ(ingested.status, 0) << ingested.err;
  EXPECT_THAT(ingested.err, HasSubstr("event=ingest_done segments=11 lost=0"));
  std::vector<nlohmann::json> found;
  for (const auto& [id, event] : await_events(2)) found.push_back(event);

  const auto scan = support::run({STAYDOWN_BINARY, "scan", path("cam-7.ts"), "--bank",
                                  path("bank.db"), "--account", "uploader-3"});
  std::vector<nlohmann::json> expected;
  std::istringstream lines(scan.out);
  for (std::string line; std::getline(lines, line);) {
    expected.push_back(nlohmann::json::parse(line));
  }
  EXPECT_EQ(expected.size(), 2U) << scan.err;
  EXPECT_EQ(findings(found), findings(expected));
}

TEST_F(Ingest, SpoolsWhatTheTopicDoesNotTake) {
  topics_.segments = support::make_topic(brokers_, "small", 2, {{"max.message.bytes", "20000"}});
  const auto worker =
      start_worker("a", "worker: {idle_seconds: 2}\nfetch: {roots: [\"" + path("spool") + "\"]}\n");
  const auto lost = ingest({"--stream-id", "lost"});
  EXPECT_EQ(lost.status, 1);
  EXPECT_THAT(lost.err, HasSubstr("event=segment_lost stream=lost reason=too_large"));
  const auto ingested = ingest({"--spool", path("spool")});
  EXPECT_EQ(ingested.status, 0) << ingested.err;
  EXPECT_EQ(await_events(2).size(), 2U);
  for (const auto& record : support::read_all(brokers_, topics_.segments)) {
    const auto message = event::parse_segment(record.message, record.appended);
    ASSERT_TRUE(message);
    EXPECT_THAT(message->data_ref, HasSubstr("/spool/cam-7/"));
  }
}

TEST_F(Ingest, BeginsANewEpochWhenItIsRestarted) {
  const auto worker = start_worker("a", "worker: {idle_seconds: 2}\n");
  EXPECT_EQ(ingest({}).status, 0);
  EXPECT_EQ(await_events(2).size(), 2U);
  EXPECT_EQ(ingest({}).status, 0);
  EXPECT_EQ(await_events(4).size(), 4U);  // a second showing is a second case
}

}  // namespace
}  // namespace staydown::cluster
