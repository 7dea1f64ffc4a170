// `staydown worker` on a real broker.
#include <gmock/gmock.h>

#include <csignal>

#include "cluster/cluster.h"
#include "event/dead_letter.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class Worker : public Cluster {
 protected:
  Worker() { make_topics(4); }
};

std::vector<std::string> steps_of(const std::map<std::string, nlohmann::json>& events) {
  std::vector<std::string> steps;
  for (const auto& [id, event] : events) {
    const auto& data = event.at("data");
    steps.push_back(std::string(data.at("stream")) + " " + std::string(data.at("step")) + " " +
                    std::string(data.at("verdict")));
  }
  return steps;
}

TEST_F(Worker, FindsWhatIsShownAndEndsCleanly) {
  const auto worker = start_worker("a");
  publish(stream_with_copy("cam-1", 100));
  publish(stream("cam-2", {{.seed = 300, .duration = 20s}}));
  const auto events = await_events(2);
  EXPECT_THAT(steps_of(events),
              UnorderedElementsAre("cam-1 opened takedown", "cam-1 closed takedown"));
  for (const auto& [id, event] : events) {
    const auto& data = event.at("data");
    if (data.at("step") != "closed") continue;
    // Keyframes are 2 s apart: the begin is known to half of that, and what the line rounds.
    constexpr double kWithin = 1.01e6;
    EXPECT_NEAR(data.at("query_interval").at("begin").get<double>(), 8e6, kWithin);
    EXPECT_NEAR(data.at("query_interval").at("end").get<double>(), 20e6, kWithin);
    EXPECT_NEAR(data.at("reference_interval").at("begin").get<double>(), 4e6, kWithin);
    EXPECT_NEAR(data.at("reference_interval").at("end").get<double>(), 16e6, kWithin);
  }
  worker->signal(SIGTERM);
  const auto ended = worker->wait(10s);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("event=worker_stopped"));
}

TEST_F(Worker, GoesOnWhereItsPredecessorWasKilled) {
  const auto segments = stream_with_copy("cam-1", 100);
  const std::span all(segments);
  auto worker = start_worker("a");
  for (const auto& segment : all.first(5)) publish(segment);
  flush();
  ASSERT_EQ(await_events(1).size(), 1U);
  worker->signal(SIGKILL);
  worker->wait();
  worker = start_worker("a");
  for (const auto& segment : all.subspan(5)) publish(segment);
  flush();
  const auto events = await_events(2);
  EXPECT_THAT(steps_of(events),
              UnorderedElementsAre("cam-1 opened takedown", "cam-1 closed takedown"));
}

TEST_F(Worker, ClosesTheCasesOfAStreamThatHasGoneQuiet) {
  const auto worker = start_worker("a", "worker: {idle_seconds: 2}\n");
  const auto first = stream("cam-1", {{.seed = kReferenceSeed, .from = 2s, .duration = 8s}});
  publish(first);
  EXPECT_THAT(steps_of(await_events(2)),
              UnorderedElementsAre("cam-1 opened takedown", "cam-1 closed takedown"));
  // The same broadcast again: another case, with another number.
  auto second = first;
  for (auto& segment : second) {
    segment.sequence += 4;
    segment.start += 8s;
  }
  publish(second);
  const auto events = await_events(4);
  EXPECT_EQ(events.size(), 4U);
  std::set<int> cases;
  for (const auto& [id, event] : events) cases.insert(event.at("data").at("case").get<int>());
  EXPECT_THAT(cases, ElementsAre(1, 2));
}

TEST_F(Worker, DeadLettersWhatItCannotUseAndPutsItBack) {
  const auto worker = start_worker("a");
  const auto segments = stream("cam-1", {{.seed = kReferenceSeed, .duration = 10s}});
  auto noise = message_of(segments[0]);
  noise.value = Bytes(5'000, 'x');
  send(noise);
  auto nameless = message_of(segments[1]);
  std::erase_if(nameless.headers, [](const Header& header) { return header.name == "ce_type"; });
  send(nameless);
  auto outside = message_of(segments[1]);
  outside.value = Bytes{};
  outside.headers.push_back({"ce_dataref", "file:///etc/passwd"});
  send(outside);
  publish(segments[2]);
  publish(segments[3]);
  flush();
  const auto letters = await_dead_letters(3);
  ASSERT_EQ(letters.size(), 3U);
  std::vector<std::string> reasons;
  for (const auto& record : letters) {
    const auto letter = event::parse_dead_letter(record.message);
    ASSERT_TRUE(letter);
    reasons.push_back(letter->reason);
    EXPECT_EQ(letter->topic, topics_.segments);
    if (letter->reason == "unsupported_container") {
      EXPECT_EQ(event::original_of(record.message), noise);
    }
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("unsupported_container", "malformed", "denied"));
  EXPECT_THAT(steps_of(await_events(1)), ElementsAre("cam-1 opened takedown"));

  const auto config = path("a.yaml");
  const auto list = support::run({STAYDOWN_BINARY, "deadletters", "list", "--brokers", brokers_,
                                  "--config", config, "--reason", "malformed"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("\"message\":\"header ce_type is missing\""));
  EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 1);
  const auto refused = support::run(
      {STAYDOWN_BINARY, "deadletters", "replay", "--brokers", brokers_, "--config", config});
  EXPECT_EQ(refused.status, 1);
  const auto replay = support::run({STAYDOWN_BINARY, "deadletters", "replay", "--brokers", brokers_,
                                    "--config", config, "--reason", "unsupported_container"});
  EXPECT_EQ(replay.status, 0) << replay.err;
  EXPECT_EQ(replay.out, "1 segments put back\n");
  EXPECT_EQ(await_dead_letters(4).size(), 4U);  // it is still noise
}

TEST_F(Worker, TakesDuplicatesOnce) {
  const auto worker = start_worker("a");
  const auto segments = stream_with_copy("cam-1", 100);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    publish(segments[i]);
    if (i % 4 == 2) publish(segments[i]);
  }
  flush();
  EXPECT_THAT(steps_of(await_events(2)),
              UnorderedElementsAre("cam-1 opened takedown", "cam-1 closed takedown"));
}

TEST_F(Worker, SaysWhatIsMissing) {
  const auto nowhere = support::run({STAYDOWN_BINARY, "worker", "--bank", path("bank.db")});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("no brokers; give --brokers"));
  const auto missing = support::run({STAYDOWN_BINARY, "worker", "--bank", path("bank.db"),
                                     "--brokers", brokers_, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("kafka.topics.segments: topic staydown.segments"));
  EXPECT_THAT(missing.err, HasSubstr("`staydown topics create` makes what is missing"));
}

}  // namespace
}  // namespace staydown::cluster
