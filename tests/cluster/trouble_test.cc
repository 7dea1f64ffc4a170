// What goes wrong around a worker, and what it says about it.
#include <gmock/gmock.h>
#include <httplib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "cluster/cluster.h"
#include "event/dead_letter.h"
#include "kafka/topics.h"
#include "media/scripted_server.h"
#include "support/cluster_admin.h"
#include "support/loopback_socket.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using media::http_answer;
using media::ScriptedServer;
using support::free_port;
using testing::HasSubstr;
using testing::Not;

// Polls a page until it answers with this status and text.
testing::AssertionResult await_page(int port, const char* page, int status,
                                    const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  std::string last = "no answer";
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto answer = httplib::Client("127.0.0.1", port).Get(page)) {
      last = std::to_string(answer->status) + " " + answer->body;
      if (answer->status == status && answer->body.find(text) != std::string::npos) {
        return testing::AssertionSuccess();
      }
    }
    std::this_thread::sleep_for(20ms);
  }
  return testing::AssertionFailure() << page << " last said " << last;
}

class Trouble : public Cluster {
 protected:
  Trouble() { make_topics(2); }

  // As start_worker, but served on `port`.
  std::unique_ptr<support::ChildProcess> start_on(int port, const std::string& more) {
    auto command = worker("a", more);
    command.back() = "127.0.0.1:" + std::to_string(port);
    return std::make_unique<support::ChildProcess>(command);
  }

  static Message by_reference(const Segment& segment, const std::string& uri) {
    auto message = message_of(segment);
    message.value = Bytes{};
    message.headers.push_back({"ce_dataref", uri});
    return message;
  }

  void write(const std::string& name, const Bytes& bytes) const {
    std::ofstream(path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
};

TEST_F(Trouble, FollowsReferencesToSegmentsAndInitSegments) {
  support::VideoSpec video;
  video.parts = {{.seed = kReferenceSeed, .from = 2s, .duration = 8s}};
  video.container = support::Container::kFragmentedMp4;
  video.gop = 2 * video.fps;
  const auto segments = support::segments(video, StreamId("cam-1"), 2s);
  write("init.mp4", *segments.front().init);
  const auto worker = start_worker("a", "fetch: {roots: [\"" + path("") + "\"]}\n");
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto name = std::to_string(i) + ".m4s";
    write(name, segments[i].bytes);
    auto segment = segments[i];
    segment.sequence = static_cast<std::int64_t>(i);
    auto message = by_reference(segment, "file://" + path(name));
    message.headers.push_back({"ce_initref", "file://" + path("init.mp4")});
    send(std::move(message));
  }
  flush();
  const auto events = await_events(1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.begin()->second.at("data").at("verdict"), "takedown");
  EXPECT_TRUE(support::read_all(brokers_, topics_.dead_letters).empty());
}

TEST_F(Trouble, TriesAgainWhatMayWorkLater) {
  const auto segments = stream("cam-1", {{.seed = kReferenceSeed, .duration = 4s}});
  const std::string media(segments[0].bytes.begin(), segments[0].bytes.end());
  const media::Answer later{"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n"};
  ScriptedServer server({later, later, {http_answer(media)}});
  const auto worker = start_worker("a", "fetch: {hosts: [127.0.0.1], private_addresses: true}\n");
  send(by_reference(segments[0], server.url("0.ts")));
  publish(segments[1]);  // stays behind it
  flush();
  EXPECT_EQ(await_events(1).size(), 1U);
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(support::read_all(brokers_, topics_.dead_letters).empty());
}

TEST_F(Trouble, GivesUpWhatNeverWorks) {
  const auto segments = stream("cam-1", {{.seed = kReferenceSeed, .duration = 4s}});
  const auto worker = start_worker(
      "a", "fetch: {hosts: [127.0.0.1], private_addresses: true}\nworker: {retry_seconds: 2}\n");
  send(by_reference(segments[0], "http://127.0.0.1:9/0.ts"));
  publish(segments[1]);
  flush();
  const auto letters = await_dead_letters(1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(event::parse_dead_letter(letters[0].message)->reason, "unavailable");
  EXPECT_EQ(await_events(1).size(), 1U);
}

TEST_F(Trouble, GivesUpASegmentThatEndsTheProcessThreeTimes) {
  const auto segments = stream("cam-1", {{.seed = kReferenceSeed, .duration = 6s}});
  const media::Answer silence{"", media::Answer::Then::kStaySilent};
  ScriptedServer server({silence, silence, silence, silence});
  const std::string config =
      "fetch: {hosts: [127.0.0.1], private_addresses: true, timeout_seconds: 100}\n";
  publish(segments[0]);
  send(by_reference(segments[1], server.url("deadly.ts")));
  publish(segments[2]);
  flush();
  for (std::size_t ends = 1; ends <= 3; ++ends) {
    const auto worker = start_worker("a", config);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (server.requests().size() < ends && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    ASSERT_EQ(server.requests().size(), ends);
    worker->signal(SIGKILL);
    worker->wait();
  }
  const auto worker = start_worker("a", config);
  const auto letters = await_dead_letters(1);
  ASSERT_EQ(letters.size(), 1U);
  const auto letter = event::parse_dead_letter(letters[0].message);
  EXPECT_EQ(letter->reason, "unclean_end");
  EXPECT_EQ(letter->message, "it ended the process 3 times");
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(await_events(1).size(), 1U);
}

TEST_F(Trouble, SendsALetterWithoutItsValueWhereThatIsTooLarge) {
  topics_.dead_letters =
      support::make_topic(brokers_, "small-letters", 1, {{"max.message.bytes", "4000"}});
  const auto worker = start_worker("a");
  auto noise = message_of(stream("cam-1", {{.duration = 2s}})[0]);
  noise.value = Bytes(100'000, 'x');
  send(noise);
  flush();
  const auto letters = await_dead_letters(1);
  ASSERT_EQ(letters.size(), 1U);
  const auto letter = event::parse_dead_letter(letters[0].message);
  EXPECT_TRUE(letter->value_omitted);
  EXPECT_EQ(letter->reason, "unsupported_container");
  // Put back, it is read at its origin, and fails for the same reason.
  const auto replay = support::run({STAYDOWN_BINARY, "deadletters", "replay", "--brokers", brokers_,
                                    "--config", path("a.yaml"), "--all"});
  EXPECT_EQ(replay.out, "1 segments put back\n") << replay.err;
  EXPECT_EQ(await_dead_letters(2).size(), 2U);
}

TEST_F(Trouble, ThreadsWithoutPartitionsStandBy) {
  const int port = free_port();
  auto command = worker("a", "", 5);
  command.back() = "127.0.0.1:" + std::to_string(port);
  const support::ChildProcess running(command);
  EXPECT_TRUE(await_page(port, "/readyz", 200, "ready"));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_partitions 2\n"));
  publish(stream("cam-1", {{.seed = kReferenceSeed, .duration = 4s}}));
  EXPECT_EQ(await_events(1).size(), 1U);
}

TEST_F(Trouble, APortThatIsTakenIsAnError) {
  httplib::Server other;
  const int port = other.bind_to_any_port("127.0.0.1");
  auto worker = start_on(port, "");
  const auto ended = worker->wait(30s);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot listen: the port is taken"));
}

TEST_F(Trouble, KeepsWithinTheCapOfStreams) {
  const int port = free_port();
  const auto worker = start_on(port, "worker: {max_streams: 2}\n");
  constexpr int kStreams = 6;
  std::vector<std::vector<Segment>> streams;
  streams.reserve(kStreams);
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(
        stream("cam-" + std::to_string(i),
               {{.seed = 100, .duration = 4s}, {.seed = kReferenceSeed, .duration = 6s}}));
  }
  for (std::size_t i = 0; i < streams[0].size(); ++i) {
    for (const auto& one : streams) publish(one[i]);
  }
  flush();
  EXPECT_EQ(await_events(kStreams).size(), static_cast<std::size_t>(kStreams));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_streams{state=\"awake\"} 2\n"));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_streams{state=\"asleep\"} 4\n"));
}

TEST_F(Trouble, GoesOnOnceATopicThatWasDeletedIsBack) {
  const int port = free_port();
  const auto worker = start_on(port, "");
  ASSERT_TRUE(await_page(port, "/readyz", 200, "ready"));
  support::delete_topic(brokers_, topics_.takedowns);
  publish(stream("cam-1", {{.seed = kReferenceSeed, .duration = 6s}}));
  EXPECT_TRUE(await_page(port, "/readyz", 503, topics_.takedowns));
  // First the broker says so, then librdkafka by itself.
  EXPECT_TRUE(worker->await_err("Local: Unknown topic"));
  auto topics = kafka::Topics::connect(support::clients_of(brokers_));
  ASSERT_TRUE(topics) << topics.error().message;
  ASSERT_TRUE((*topics)->create(
      {.name = topics_.takedowns, .partitions = 1, .replication = 1, .settings = {}}, 30s));
  EXPECT_EQ(await_events(1).size(), 1U);
  EXPECT_TRUE(await_page(port, "/readyz", 200, "ready"));
}

TEST_F(Trouble, GoesOnOnceItIsAllowedTo) {
  support::deny_topic(brokers_, topics_.segments);
  const auto refused = support::run(worker("denied"));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("kafka.topics.segments"));
  EXPECT_THAT(refused.err, HasSubstr("uthoriz"));
  support::allow_topic(brokers_, topics_.segments);

  const int port = free_port();
  const auto worker = start_on(port, "");
  ASSERT_TRUE(await_page(port, "/readyz", 200, "ready"));
  support::deny_topic(brokers_, topics_.takedowns);
  publish(stream("cam-1", {{.seed = kReferenceSeed, .duration = 6s}}));
  EXPECT_TRUE(await_page(port, "/readyz", 503, topics_.takedowns));
  const auto metrics = httplib::Client("127.0.0.1", port).Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, Not(HasSubstr("staydown_errors_total{code=\"denied\"} 0\n")));
  support::allow_topic(brokers_, topics_.takedowns);
  EXPECT_EQ(await_events(1).size(), 1U);
  EXPECT_TRUE(await_page(port, "/readyz", 200, "ready"));
}

// The cache's disk is full, by a limit on the size of files.
TEST_F(Trouble, KeepsWhatIsEnforcedWhileTheDiskIsFull) {
  support::VideoSpec video;
  video.parts = {{.seed = 8, .duration = 20s}};
  video.gop = 2 * video.fps;
  video.kilobits = 500;
  support::encode_to_file(video, path("later.ts"));

  const int port = free_port();
  auto command = worker("a");
  command.back() = "127.0.0.1:" + std::to_string(port);
  std::string line = "trap '' XFSZ; exec";  // so that a write over the limit fails
  for (const auto& word : command) line += " '" + word + "'";
  support::ChildProcess running({"bash", "-c", line});
  ASSERT_TRUE(await_page(port, "/readyz", 200, "ready")) << running.err();
  const auto limit = [&](const std::string& bytes) {
    const auto set =
        support::run({"prlimit", "--fsize=" + bytes + ":", "--pid", std::to_string(running.pid())});
    EXPECT_EQ(set.status, 0) << set.err;
  };
  limit("1024");
  ASSERT_EQ(reference({"add", path("later.ts"), "--id", "later", "--wait", "0"}).status, 0);
  EXPECT_TRUE(await_page(port, "/readyz", 503, "the space left")) << running.err();
  publish(stream("cam-1", {{.seed = kReferenceSeed, .duration = 6s}}));
  EXPECT_EQ(await_events(1).size(), 1U);
  limit("unlimited");
  EXPECT_TRUE(running.await_err("event=reference_enforced reference=later"));
  EXPECT_TRUE(await_page(port, "/readyz", 200, "ready"));
}

class Outage : public Cluster {
 protected:
  explicit Outage(
      std::unique_ptr<support::OwnBroker> broker = std::make_unique<support::OwnBroker>())
      : Cluster(broker->brokers()), broker_(std::move(broker)) {
    make_topics(2);
  }
  std::unique_ptr<support::OwnBroker> broker_;
};

TEST_F(Outage, IsShownAndWaitedOut) {
  const auto segments = stream("cam-1", {{.seed = kReferenceSeed, .duration = 4s}});
  const int port = free_port();
  auto command = worker("a");
  command.back() = "127.0.0.1:" + std::to_string(port);
  support::ChildProcess running(command);
  ASSERT_TRUE(await_page(port, "/readyz", 200, "ready"));
  EXPECT_TRUE(await_page(port, "/healthz", 200, "ok"));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_ready 1\n"));

  broker_->stop();
  EXPECT_TRUE(await_page(port, "/readyz", 503, "no broker is connected"));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_brokers_up 0\n"));
  EXPECT_TRUE(await_page(port, "/healthz", 200, "ok"));
  // Long enough for the group to have given its partitions up.
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_rebalances_total{kind=\"lost\"} 1\n"));

  broker_->start();
  EXPECT_TRUE(await_page(port, "/readyz", 200, "ready"));
  publish(segments);
  EXPECT_EQ(await_events(1).size(), 1U) << running.err();
  EXPECT_TRUE(
      await_page(port, "/metrics", 200, "staydown_segments_total{outcome=\"detected\"} 2\n"));
  EXPECT_TRUE(await_page(port, "/metrics", 200, "staydown_ingest_to_event_seconds_count 1\n"));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait(10s).status, 0);
}

}  // namespace
}  // namespace staydown::cluster
