// References on the cluster: added, removed and looked at while workers run.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <csignal>

#include "cluster/cluster.h"
#include "reference/reference_bank.h"
#include "service/reference_topic.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kLaterSeed = 8;

class References : public Cluster {
 protected:
  References() { make_topics(4); }

  std::string later_video() {
    support::VideoSpec video;
    video.parts = {{.seed = kLaterSeed, .duration = 20s}};
    video.gop = 2 * video.fps;
    video.kilobits = 500;
    support::encode_to_file(video, path("later.ts"));
    return path("later.ts");
  }

  support::Finished add_later() {
    return reference({"add", later_video(), "--id", "later", "--actor", "ana", "--wait", "60"});
  }

  std::vector<nlohmann::json> status() const {
    const auto shown = reference({"status", "--json"});
    return nlohmann::json::parse(shown.out).get<std::vector<nlohmann::json>>();
  }

  std::unique_ptr<support::ChildProcess> ready_worker(const std::string& instance) {
    auto worker = start_worker(instance);
    EXPECT_TRUE(worker->await_err("event=worker_ready thread=0")) << worker->err();
    return worker;
  }

  static std::vector<std::string> found(const std::map<std::string, nlohmann::json>& events) {
    std::vector<std::string> found;
    for (const auto& [id, event] : events) {
      const auto& data = event.at("data");
      if (data.at("step") != "opened") continue;
      found.push_back(std::string(data.at("stream")) + " " +
                      std::string(data.at("reference").at("id")));
    }
    return found;
  }

  std::vector<Segment> showing(const std::string& id, std::uint64_t seed) {
    return stream(id, {{.seed = 100, .duration = 4s}, {.seed = seed, .from = 4s, .duration = 8s}});
  }
};

TEST_F(References, AreEnforcedByEveryWorkerWhileItRuns) {
  const auto first = ready_worker("a"), second = ready_worker("b");
  // On the air before anybody knows it: the last minutes are searched too.
  publish(showing("cam-early", kLaterSeed));
  publish(showing("cam-known", kReferenceSeed));
  EXPECT_THAT(found(await_events(1)), ElementsAre("cam-known attack"));

  const auto added = add_later();
  EXPECT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("in force on 2 workers after"));
  for (const auto* worker : {first.get(), second.get()}) {
    EXPECT_THAT(worker->err(), HasSubstr("event=reference_enforced reference=later"));
  }
  const auto workers = status();
  ASSERT_EQ(workers.size(), 2U);
  EXPECT_EQ(workers[0].at("references_version"), workers[1].at("references_version"));
  for (const auto& worker : workers) {
    EXPECT_EQ(worker.at("references"), 2);
    EXPECT_EQ(worker.at("model"), "pdq-1");
  }
  auto more = stream("cam-early", {{.seed = 101, .duration = 4s}});
  for (auto& segment : more) {
    segment.sequence += 6;
    segment.start += 12s;
  }
  publish(more);
  publish(showing("cam-late", kLaterSeed));
  EXPECT_THAT(found(await_events(3)),
              UnorderedElementsAre("cam-known attack", "cam-early later", "cam-late later"));

  const auto removed = reference({"remove", "later", "--actor", "ben", "--wait", "60"});
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_THAT(removed.out, HasSubstr("in force on 2 workers after"));
  publish(stream("cam-after", {{.seed = kLaterSeed, .from = 4s, .duration = 8s},
                               {.seed = kReferenceSeed, .from = 4s, .duration = 8s}}));
  EXPECT_THAT(found(await_events(4)), UnorderedElementsAre("cam-known attack", "cam-early later",
                                                           "cam-late later", "cam-after attack"));
}

TEST_F(References, AreListedShownAndChangedWithoutABank) {
  ASSERT_EQ(add_later().status, 0);
  EXPECT_EQ(reference({"disable", "later", "--actor", "ben"}).status, 0);
  const auto listed = reference({"list"});
  EXPECT_THAT(listed.out, HasSubstr("attack"));
  EXPECT_THAT(listed.out, HasSubstr("disabled"));
  const auto shown = nlohmann::json::parse(reference({"show", "later", "--json"}).out);
  EXPECT_EQ(shown.at("enabled"), false);
  EXPECT_EQ(shown.at("added_by"), "ana");
  EXPECT_EQ(shown.at("generation"), 2);  // keyframes, then the whole video
  EXPECT_EQ(shown.at("file").at("path"), path("later.ts"));
  // What its first generation was made of is gone from the topic.
  std::map<std::string, bool> there;
  for (const auto& record : support::read_all(brokers_, topics_.references)) {
    there[record.message.key] = record.message.value.has_value();
  }
  EXPECT_TRUE(there.at("later"));
  EXPECT_FALSE(there.at("later/1/0"));
  EXPECT_TRUE(there.at("later/2/0"));
  const auto unknown = reference({"remove", "nothing"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("has no reference nothing"));
}

TEST_F(References, AWorkerThatWasAwayGoesOnFromItsCache) {
  auto worker = ready_worker("a");
  worker->signal(SIGTERM);
  EXPECT_EQ(worker->wait(10s).status, 0);
  EXPECT_TRUE(status().empty());  // it has said that it ends
  ASSERT_EQ(add_later().status, 0);
  ASSERT_EQ(reference({"remove", "attack"}).status, 0);
  worker = ready_worker("a");
  EXPECT_THAT(worker->err(), HasSubstr("references=1 "));
  publish(showing("cam-1", kReferenceSeed));
  publish(showing("cam-2", kLaterSeed));
  EXPECT_THAT(found(await_events(1)), ElementsAre("cam-2 later"));
}

// Its topic may have forgotten a removal that the cache has not seen.
TEST_F(References, ACacheThatIsOldIsReadAnew) {
  {
    auto cache =
        reference::ReferenceBank::open(path("a.db"), {.access = reference::BankAccess::kCreate});
    ASSERT_TRUE(cache) << cache.error().message;
    auto ghost = reference::ReferenceBank::open(path("bank.db"))->pack(ReferenceId("attack"));
    ASSERT_TRUE(ghost) << ghost.error().message;
    ghost->record.info.id = ReferenceId("ghost");
    const auto end = support::read_all(brokers_, topics_.references).size();
    ASSERT_TRUE(cache->adopt({.references = {*ghost},
                              .removed = {},
                              .position = {.topic = topics_.references,
                                           .next = static_cast<std::int64_t>(end),
                                           .read_at = WallTime(std::chrono::hours(1))}}));
  }
  const auto worker = ready_worker("a");
  publish(showing("cam-1", kReferenceSeed));
  EXPECT_THAT(found(await_events(1)), ElementsAre("cam-1 attack"));
  const auto cache = reference::ReferenceBank::open(path("a.db"));
  ASSERT_TRUE(cache) << cache.error().message;
  EXPECT_EQ(cache->list()->size(), 1U);
}

TEST_F(References, DamagedRecordsLeaveWhatIsEnforced) {
  const auto worker = ready_worker("a");
  auto producer = kafka::Producer::connect(support::clients_of(brokers_));
  ASSERT_TRUE(producer) << producer.error().message;
  const Bytes nonsense{'{', '}'};
  for (const char* key : {"attack", "what/is/this"}) {
    ASSERT_TRUE((*producer)->send(
        {.topic = topics_.references, .message = {.key = key, .headers = {}, .value = nonsense}}));
  }
  ASSERT_TRUE((*producer)->flush(30s));
  EXPECT_TRUE(worker->await_err("event=reference_damaged"));
  publish(showing("cam-1", kReferenceSeed));
  EXPECT_THAT(found(await_events(1)), ElementsAre("cam-1 attack"));
  EXPECT_EQ(add_later().status, 0);
}

TEST_F(References, TwoPeopleDoNotUndoEachOther) {
  const auto open = [&] {
    auto topic = service::ReferenceTopic::open(support::clients_of(brokers_), topics_.references);
    EXPECT_TRUE(topic) << topic.error().message;
    return *std::move(topic);
  };
  const auto ana = open(), ben = open();
  const reference::Change change{.actor = "x", .at = {}, .detail = {}};
  ASSERT_TRUE(ana->bank().disable(ReferenceId("attack"), change));
  ASSERT_TRUE(ben->bank().remove(ReferenceId("attack"), change));
  const auto first = ana->publish();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->has_value());
  EXPECT_EQ(*ana->publish(), std::nullopt);  // nothing more
  const auto second = ben->publish();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_THAT(second.error().message, HasSubstr("somebody else has changed it meanwhile"));

  // What he does to others counts; to that one nothing, until he has looked at it.
  auto mine = *ana->bank().pack(ReferenceId("attack"));
  mine.record.info.id = ReferenceId("mine");
  ASSERT_TRUE(ben->bank().adopt({.references = {mine}, .removed = {}, .position = {}}));
  const auto third = ben->publish();
  ASSERT_TRUE(third) << third.error().message;
  const auto seen = open();
  EXPECT_EQ(seen->bank().find(ReferenceId("attack"))->enabled, false);
  EXPECT_TRUE(seen->bank().find(ReferenceId("mine")));
}

TEST_F(References, WhatTheDiskHasSpoiltIsReadAgain) {
  { const auto filled = ready_worker("a"); }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path("a.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE descriptors SET packed = zeroblob(length(packed))",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_EQ(sqlite3_changes(database), 1);
  sqlite3_close(database);
  const auto worker = ready_worker("a");
  EXPECT_THAT(worker->err(), HasSubstr("event=references_read_anew"));
  publish(showing("cam-1", kReferenceSeed));
  EXPECT_THAT(found(await_events(1)), ElementsAre("cam-1 attack"));
}

TEST_F(References, ABankAndAClusterAtOnceAreRefused) {
  const auto both = reference({"list", "--bank", path("bank.db")});
  EXPECT_EQ(both.status, 1);
  EXPECT_THAT(both.err, HasSubstr("both given"));
}

TEST_F(References, ABankOfItsOwnIsNoCacheAndACacheIsNoBank) {
  auto command = worker("a");
  *std::ranges::find(command, path("a.db")) = path("bank.db");
  const auto refused = support::run(command);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("holds references of its own"));
  EXPECT_THAT(refused.err, HasSubstr("staydown reference publish --bank"));
  { const auto running = ready_worker("a"); }
  const auto change =
      support::run({STAYDOWN_BINARY, "reference", "remove", "attack", "--bank", path("a.db")});
  EXPECT_EQ(change.status, 1);
  EXPECT_THAT(change.err, HasSubstr("is a worker's cache of the topic"));
}

// What one worker fires counts for the others.
TEST_F(References, ABreakerCountsForTheWholeGroup) {
  const std::string two = "policy: {breaker: {max_streams: 2, window_seconds: 600}}\n";
  const auto first = start_worker("a", two), second = start_worker("b", two);
  ASSERT_TRUE(first->await_err("event=partitions_taken thread=0 partitions=2"));
  ASSERT_TRUE(second->await_err("event=partitions_taken thread=0 partitions=2"));
  std::map<std::string, int> rules;
  for (int i = 0; i < 8; ++i) {
    publish(showing("cam-" + std::to_string(i), kReferenceSeed));
    EXPECT_EQ(await_events(static_cast<std::size_t>(i) + 1).size(),
              static_cast<std::size_t>(i) + 1);
  }
  for (const auto& [id, event] : events()) ++rules[event.at("data").at("rule")];
  // Each worker has some of the streams; alone it would have let two of its own pass.
  EXPECT_EQ(rules["breaker"], 6);
  EXPECT_EQ(rules["threshold"], 2);
}

}  // namespace
}  // namespace staydown::cluster
