// Workers that are killed, added and removed, and a broker that is restarted: nothing is lost,
// invented or changed.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "cluster/cluster.h"
#include "support/cluster_admin.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kPartitions = 8;
constexpr const char* kNoThinning = "worker: {overload_seconds: 86400}\n";

// Streams of a few footages, their segments in the order in which they would be on air.
std::vector<Segment> interleaved(const std::vector<std::vector<Segment>>& footages, int streams) {
  std::vector<Segment> all;
  for (std::size_t i = 0; i < footages.front().size(); ++i) {
    for (int stream = 0; stream < streams; ++stream) {
      Segment segment = footages[static_cast<std::size_t>(stream) % footages.size()][i];
      segment.stream = StreamId("cam-" + std::to_string(stream));
      all.push_back(std::move(segment));
    }
  }
  return all;
}

std::map<std::string, nlohmann::json> decisions_of(
    const std::map<std::string, nlohmann::json>& events) {
  std::map<std::string, nlohmann::json> decisions;
  for (const auto& [id, event] : events) decisions[id] = decision_of(event);
  return decisions;
}

class Chaos : public Cluster {
 protected:
  explicit Chaos(
      std::unique_ptr<support::OwnBroker> broker = std::make_unique<support::OwnBroker>())
      : Cluster(broker->brokers()), broker_(std::move(broker)) {}

  ~Chaos() override {
    if (!HasFailure()) return;
    for (const auto& [worker, lines] : logs_) {
      std::cerr << "--- " << worker << ", the last lines of its log\n"
                << lines.substr(lines.size() - std::min<std::size_t>(lines.size(), 8'000));
    }
  }

  std::vector<std::vector<Segment>> footages() {
    return {stream_with_copy("x", 100), stream_with_copy("x", 200), stream_with_copy("x", 300)};
  }

  void end(support::ChildProcess& worker, const std::string& instance, int signal) {
    worker.signal(signal);
    logs_[instance] += worker.wait().err;
  }

  // Every event, once all that was published has been worked on: a record that nobody can use
  // follows in each partition, and what comes of it is awaited.
  std::map<std::string, nlohmann::json> all_events(std::chrono::seconds patience) {
    for (int partition = 0; partition < kPartitions; ++partition) {
      send({.key = "last", .headers = {}, .value = Bytes{}}, partition);
    }
    flush();
    const auto letters = await_dead_letters(kPartitions, patience);
    EXPECT_EQ(letters.size(), static_cast<std::size_t>(kPartitions));
    for (const auto& letter : letters) EXPECT_EQ(letter.message.key, "last");
    return events();
  }

  std::vector<kafka::Position> positions() const {
    return support::committed(brokers_, topics_.segments, topics_.segments, kPartitions);
  }

  // The positions at which a segment was being tried for itself when its owner was killed: once
  // more, and once more after that, and it would be taken for one that ends processes.
  std::vector<kafka::Position> suspects() const {
    auto tried = positions();
    std::erase_if(tried, [](const auto& position) { return !position.note.starts_with("try "); });
    return tried;
  }

  void await_past(const std::vector<kafka::Position>& suspects) const {
    const auto is_past = [&] {
      const auto now = positions();
      return std::all_of(suspects.begin(), suspects.end(), [&](const auto& suspect) {
        return now[static_cast<std::size_t>(suspect.partition)].offset > suspect.offset;
      });
    };
    const auto deadline = Steady::now() + 60s;
    while (!is_past()) ASSERT_LT(Steady::now(), deadline) << "a segment is not got past";
  }

  std::unique_ptr<support::OwnBroker> broker_;
  std::map<std::string, std::string> logs_;  // of workers that have ended
};

TEST_F(Chaos, TwentyKillsAndARestartOfTheBrokerChangeNothing) {
  constexpr int kStreams = 12, kKills = 20;
  const auto segments = interleaved(footages(), kStreams);

  make_topics(kPartitions);
  std::map<std::string, nlohmann::json> undisturbed;
  {
    const auto worker = start_worker("calm", kNoThinning, 2);
    publish(segments);
    undisturbed = all_events(120s);
    end(*worker, "calm", SIGTERM);
  }
  ASSERT_EQ(undisturbed.size(), 2U * kStreams);

  make_topics(kPartitions);
  std::atomic<bool> killed_enough = false;
  std::jthread ingest([&] {
    // Goes on until the last kill, so that there is load at each of them.
    for (std::size_t i = 0; i < segments.size(); ++i) {
      publish(segments[i]);
      if (i % kStreams == 0) flush();
      if (!killed_enough) std::this_thread::sleep_for(100ms);
    }
    flush();
  });
  std::mt19937 random(20'261'122);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<std::unique_ptr<support::ChildProcess>> workers(3);
  const auto name = [](std::size_t slot) { return "w" + std::to_string(slot); };
  const auto start = [&](std::size_t slot) {
    workers[slot] = start_worker(name(slot), kNoThinning);
  };
  for (std::size_t slot = 0; slot < workers.size(); ++slot) start(slot);
  for (int kills = 0; kills < kKills;) {
    // The moment is random; that is the point of the test.
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + below(2'500)));
    const auto slot = static_cast<std::size_t>(below(static_cast<int>(workers.size())));
    if (!workers[slot]) {
      start(slot);
      continue;
    }
    end(*workers[slot], name(slot), SIGKILL);
    workers[slot].reset();
    ++kills;
    const auto tried = suspects();
    // Else it stays away for a while.
    if (const bool stays_away = below(3) == 0; !stays_away || !tried.empty()) start(slot);
    if (kills == kKills / 2) {
      broker_->stop();
      broker_->start();
    }
    await_past(tried);
  }
  killed_enough = true;
  ingest.join();
  for (std::size_t slot = 0; slot < workers.size(); ++slot) {
    if (!workers[slot]) start(slot);
  }
  const auto disturbed = all_events(120s);
  for (std::size_t slot = 0; slot < workers.size(); ++slot) {
    end(*workers[slot], name(slot), SIGTERM);
  }
  EXPECT_EQ(decisions_of(disturbed), decisions_of(undisturbed));
}

TEST_F(Chaos, EveryShowingIsFoundWhileWorkIsThinned) {
  constexpr int kStreams = 12;
  make_topics(kPartitions);
  // Segments that were ingested long ago: the worker is behind from the first to the last.
  for (const auto& segment : interleaved(footages(), kStreams)) {
    auto message = message_of(segment);
    for (auto& [name, value] : message.headers) {
      if (name == "ce_time") value = "2026-01-01T00:00:00Z";
    }
    send(std::move(message));
  }
  flush();
  const auto worker = start_worker("a", "worker: {overload_seconds: 1}\n");
  ASSERT_TRUE(worker->await_err("event=overload_step thread=0 step=2"));
  std::set<std::string> opened;
  for (const auto& [id, event] : await_events(2 * kStreams, 120s)) {
    const auto& data = event.at("data");
    if (data.at("step") == "opened" && data.at("verdict") == "takedown")
      opened.insert(data.at("stream"));
  }
  EXPECT_EQ(opened.size(), static_cast<std::size_t>(kStreams));
}

// How long it takes is bench/failover's to say.
TEST_F(Chaos, StreamsOfAKilledWorkerAreWatchedByAnother) {
  constexpr int kStreams = 16;
  make_topics(kPartitions);
  const std::vector<std::vector<Segment>> copy = {
      stream("x", {{.seed = 100, .duration = 4s}, {.seed = kReferenceSeed, .duration = 8s}})};
  const auto segments = interleaved(copy, kStreams);
  const auto half = static_cast<std::ptrdiff_t>(segments.size() / 3);
  auto first = start_worker("a", kNoThinning);
  const auto second = start_worker("b", kNoThinning);
  ASSERT_TRUE(first->await_err("event=partitions_taken thread=0 partitions=4"));
  ASSERT_TRUE(second->await_err("event=partitions_taken thread=0 partitions=4"));
  publish({segments.begin(), segments.begin() + half});
  first->signal(SIGKILL);
  publish({segments.begin() + half, segments.end()});
  EXPECT_EQ(await_events(kStreams, 60s).size(), static_cast<std::size_t>(kStreams));
}

}  // namespace
}  // namespace staydown::cluster
