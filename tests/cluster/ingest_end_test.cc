// How `staydown ingest` waits, what it says of itself, and how it ends.
#include <gmock/gmock.h>
#include <httplib.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "cluster/cluster.h"
#include "media/scripted_server.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNobody = "127.0.0.1:1";  // no broker is there

class IngestEnd : public Cluster {
 protected:
  IngestEnd() { make_topics(1); }

  std::unique_ptr<support::ChildProcess> start(const std::string& brokers,
                                               const std::vector<std::string>& more) const {
    std::vector<std::string> command{STAYDOWN_BINARY, "ingest",     "--brokers",
                                     brokers,         "--config",   configuration("ingest.yaml"),
                                     "--listen",      "127.0.0.1:0"};
    command.insert(command.end(), more.begin(), more.end());
    return std::make_unique<support::ChildProcess>(command);
  }

  // Once it has started; -1 if it does not.
  static int port_of(support::ChildProcess& ingest) {
    if (!ingest.await_err("event=ingest_started")) return -1;
    const auto log = ingest.err();
    return std::stoi(log.substr(log.find("port=", log.find("event=ingest_started")) + 5));
  }

  static std::string page(int port, const char* path) {
    const auto answer = httplib::Client("127.0.0.1", port).Get(path);
    return answer ? std::to_string(answer->status) + " " + answer->body : "no answer";
  }

  static support::Finished end(support::ChildProcess& ingest) {
    const auto asked = std::chrono::steady_clock::now();
    ingest.signal(SIGTERM);
    auto ended = ingest.wait(30s);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 10s);
    return ended;
  }

  std::string off_air() const {
    return "rtmp://127.0.0.1:" + std::to_string(media::free_port()) + "/live/cam-7";
  }
};

TEST_F(IngestEnd, AnInputThatIsOffAirIsWaitedFor) {
  auto ingest = start(brokers_, {off_air(), "--stream-id", "cam-7"});
  const int port = port_of(*ingest);
  EXPECT_TRUE(ingest->await_err("event=input_retry stream=cam-7 attempt=2"));
  EXPECT_TRUE(ingest->await_err("event=ingest_ready part=cluster"));
  EXPECT_EQ(page(port, "/readyz"), "200 ready\n");
  EXPECT_EQ(page(port, "/healthz"), "200 ok\n");
  const auto metrics = page(port, "/metrics");
  EXPECT_THAT(metrics, HasSubstr("staydown_ingest_inputs{state=\"away\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("staydown_ingest_inputs{state=\"connected\"} 0\n"));
  EXPECT_THAT(metrics, HasSubstr("staydown_brokers_up 1\n"));
  EXPECT_THAT(metrics, HasSubstr("staydown_ready 1\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("staydown_partitions")));
  const auto ended = end(*ingest);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("event=ingest_done segments=0 lost=0"));
}

TEST_F(IngestEnd, WrongArgumentsEndItAtOnce) {
  const auto ended = [&](const std::vector<std::string>& more) {
    auto finished = start(kNobody, more)->wait(30s);
    return std::to_string(finished.status) + " " + finished.err;
  };
  EXPECT_EQ(ended({off_air(), "/none/a.ts"}),
            "1 staydown: /none/a.ts: No such file or directory\n");
  EXPECT_THAT(ended({"gopher://a/b"}), HasSubstr("1 staydown: gopher://a/b: protocol \"gopher\""));
  std::ofstream(path("empty")) << "\n";
  const std::vector<std::string> hooks{"--hooks", "127.0.0.1:0", "--root", path(""),
                                       "--hook-token"};
  auto empty = hooks, unset = hooks;
  empty.push_back("file:" + path("empty"));
  unset.push_back("env:STAYDOWN_NO_SUCH_TOKEN");
  EXPECT_THAT(ended(empty), HasSubstr("1 staydown: --hook-token: the file " + path("empty") +
                                      " cannot be read, or is empty\n"));
  EXPECT_THAT(ended(unset), HasSubstr("the variable STAYDOWN_NO_SUCH_TOKEN is not set\n"));
}

// All parts at once: an input that is off air, files that wait, and brokers that are away.
TEST_F(IngestEnd, WithoutBrokersNamesWhatItLosesWithin10Seconds) {
  std::filesystem::create_directories(path("in"));
  auto ingest = start(kNobody, {off_air(), "--watch", path("in")});
  const int port = port_of(*ingest);
  const auto segments = stream("x", {{.seed = kBackgroundSeed, .duration = 4s}});
  for (int i = 0; i < 6; ++i) {
    std::ofstream(path("in/" + std::to_string(i) + ".ts"), std::ios::binary)
        .write(reinterpret_cast<const char*>(segments[0].bytes.data()),
               static_cast<std::streamsize>(segments[0].bytes.size()));
  }
  EXPECT_TRUE(ingest->await_err("event=segment_waits stream="));
  EXPECT_TRUE(
      ingest->await_err("event=ingest_not_ready part=cluster reason=\"no broker answers\""));
  EXPECT_THAT(page(port, "/readyz"), HasSubstr("503 cluster: no broker answers\n"));
  EXPECT_THAT(page(port, "/metrics"), HasSubstr("staydown_brokers_up 0\n"));
  EXPECT_THAT(page(port, "/metrics"), HasSubstr("staydown_ingest_waiting_files 2\n"));
  EXPECT_EQ(page(port, "/healthz"), "200 ok\n");
  const auto ended = end(*ingest);
  EXPECT_EQ(ended.status, 1) << ended.err;
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(ended.err, HasSubstr("file=" + path("in/" + std::to_string(i) + ".ts")));
  }
  EXPECT_THAT(ended.err, HasSubstr("event=ingest_done segments=0 lost=6"));
  EXPECT_THAT(ended.err, HasSubstr("part of the media was lost"));
}

// What was answered with 200 is on the cluster, though SIGTERM came at once.
TEST_F(IngestEnd, PublishesWhatItTookBeforeItEnds) {
  std::filesystem::create_directories(path("rec"));
  std::ofstream(path("token")) << "open-sesame\n";
  auto ingest = start(brokers_, {"--hooks", "127.0.0.1:0", "--hook-token", "file:" + path("token"),
                                 "--root", path("rec")});
  const auto port_line = [&] {
    EXPECT_TRUE(ingest->await_err("event=hooks_listening port="));
    const auto log = ingest->err();
    return std::stoi(log.substr(log.find("hooks_listening port=") + 21));
  }();
  const auto segments = stream("x", {{.seed = kBackgroundSeed, .duration = 4s}});
  std::ofstream(path("rec/1.ts"), std::ios::binary)
      .write(reinterpret_cast<const char*>(segments[0].bytes.data()),
             static_cast<std::streamsize>(segments[0].bytes.size()));
  httplib::Client client("127.0.0.1", port_line);
  for (int i = 0; i < 50; ++i) {
    const auto answer =
        client.Post("/hooks/file?token=open-sesame",
                    "stream=cam-" + std::to_string(i % 7) + "&path=" + path("rec/1.ts"),
                    "application/x-www-form-urlencoded");
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status, 200);
  }
  const auto ended = end(*ingest);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("event=ingest_done segments=50 lost=0"));
  EXPECT_EQ(support::read_all(brokers_, topics_.segments).size(), 50U);
}

TEST_F(IngestEnd, ASpoolThatForgetsBeforeTheTopicsIsRefused) {
  const auto kept = [&](const std::string& hours) {
    auto ingest = start(brokers_, {off_air(), "--spool", path("spool"), "--spool-hours", hours});
    ingest->await_err("event=ingest_started");  // or its end
    ingest->signal(SIGTERM);
    const auto ended = ingest->wait(30s);
    return std::to_string(ended.status) + " " + ended.err;
  };
  topics_.segments = support::make_topic(brokers_, "s", 1, {{"retention.ms", "7200001"}});
  topics_.dead_letters = support::make_topic(brokers_, "d", 1, {{"retention.ms", "3600000"}});
  EXPECT_THAT(kept("2"), HasSubstr("1 staydown: --spool-hours: 2 h are less than topic " +
                                   topics_.segments + " keeps its records (3 h)"));
  EXPECT_THAT(kept("3"), HasSubstr("0 "));
  EXPECT_THAT(kept("0"), HasSubstr("event=ingest_started"));
  topics_.dead_letters = support::make_topic(brokers_, "e", 1, {{"retention.ms", "-1"}});
  EXPECT_THAT(kept("100000"),
              HasSubstr("topic " + topics_.dead_letters +
                        " keeps its records (for ever), which would then name files that are gone; "
                        "give at least 0, which never removes files"));
  EXPECT_THAT(kept("0"), HasSubstr("event=ingest_started"));
}

}  // namespace
}  // namespace staydown::cluster
