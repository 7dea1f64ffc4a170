#include "matching/stream_tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/archive.h"
#include "matching/frame_hits.h"
#include "support/match_of.h"
#include "support/synthetic_stream.h"
#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::background;
using testing::copy_of;
using ::testing::ElementsAre;
using testing::footage;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using testing::MatchOf;
using testing::Outcome;
using testing::Scene;
using testing::SyntheticBank;
using ::testing::UnorderedElementsAre;

constexpr TrackerOptions kThresholds{.review_score = 25, .takedown_score = 30};

Descriptor view_of(int second, View view, const PdqHash& hash) {
  return {.time = std::chrono::seconds(second), .view = view, .quality = 100, .value = hash};
}

class StreamTrackerTest : public ::testing::Test {
 protected:
  StreamTrackerTest() {
    bank.add("ref-a", Scene(100, 120s), 120s);
    bank.add("ref-b", Scene(200, 90s), 90s);
    bank.add("ref-c", Scene(300, 60s), 60s);
  }
  Outcome run(const testing::Script& script, const testing::StreamOptions& options = {}) {
    return testing::run(tracker, bank, script, options);
  }
  // A frame a second, and after each how closely the next should be looked at: `.` as usual, `-`
  // steadily, `?` closely.
  std::string attention_by_second(const testing::Script& script, std::size_t entries = 1) {
    const auto frames = testing::render(bank, script, {});
    std::string attention;
    for (auto first = frames.begin(); first != frames.end();) {
      const auto last = std::find_if(
          first, frames.end(), [&](const Descriptor& view) { return view.time != first->time; });
      const std::vector<Descriptor> views(first, last);
      tracker.update({.on_air = {views[0].time, views[0].time + 1s},
                      .descriptors = views,
                      .hits = bank.search(views),
                      .references = bank.references()});
      attention += ".-?"[static_cast<int>(tracker.attention(entries))];
      first = last;
    }
    return attention;
  }

  SyntheticBank bank;
  StreamTracker tracker{testing::test_calibration(), kThresholds};
};

TEST_F(StreamTrackerTest, SaysNothingOfBackground) {
  const Outcome result = run({background(600s)});
  EXPECT_THAT(result.updates, IsEmpty());
  EXPECT_EQ(tracker.attention(1), Attention::kUsual);
}

// Single frames of a copy say 13.8 nats here, and e^13.8 is a million.
TEST_F(StreamTrackerTest, OfVeryManyFramesOneIsLikeTheStreamByChance) {
  const auto copy = background(2s) + copy_of("ref-a").from(30s).lasting(3s);
  EXPECT_EQ(attention_by_second(copy, 500'000), "..???");
  tracker.finish();
  EXPECT_EQ(attention_by_second(copy, 5'000'000), "...??");
}

TEST_F(StreamTrackerTest, KnowsWhatASingleVoteSays) {
  const PdqHash shown = Scene(100, 120s).at(30s);
  const std::vector<Descriptor> views{
      view_of(1, View::kFull, shown), view_of(1, View::kMirrored, Scene(7, 9s).at(0s)),
      view_of(2, View::kFull, Scene(8, 9s).at(0s)), view_of(2, View::kMirrored, shown)};
  const auto calibration = testing::test_calibration();
  const auto hits = bank.search(views);
  ASSERT_GE(hits.size(), 2U);
  EXPECT_NEAR(strongest_vote(views, hits, *calibration), 14 + std::log(8.0 / 9), 1e-6);
  const auto mirrored = std::span(views).subspan(2);
  EXPECT_NEAR(strongest_vote(mirrored, bank.search({views.begin() + 2, views.end()}), *calibration),
              14 + std::log(1.0 / 9), 1e-6);
  EXPECT_EQ(strongest_vote(views, {}, *calibration), 0);
}

TEST_F(StreamTrackerTest, ReportsBothIntervalsOfACopyThatStartsInTheMiddle) {
  const Outcome result =
      run(background(12s) + copy_of("ref-a").from(30s).lasting(20s) + background(30s));
  EXPECT_THAT(result.ended,
              ElementsAre(MatchOf("ref-a").query(12s, 32s).reference(30s, 50s).speed(1.0)));
  EXPECT_THAT(result.decided, AllOf(Ge(14s), Le(18s)));
}

TEST_F(StreamTrackerTest, ReportsACopyThatLastsUntilTheStreamEnds) {
  const Outcome result = run(background(10s) + copy_of("ref-b").from(0s).lasting(15s));
  EXPECT_THAT(result.ended, ElementsAre(MatchOf("ref-b").query(10s, 25s).reference(0s, 15s)));
}

TEST_F(StreamTrackerTest, ReportsTheWholeReferenceFromTheFirstFrameOn) {
  const Outcome result = run({copy_of("ref-c").lasting(60s)});
  EXPECT_THAT(result.ended, ElementsAre(MatchOf("ref-c").query(0s, 60s).reference(0s, 60s)));
}

TEST_F(StreamTrackerTest, FollowsChangedSpeeds) {
  for (const double speed : {0.8, 0.9, 1.1, 1.25}) {
    StreamTracker one(testing::test_calibration(), kThresholds);
    const auto shown = MediaTime(static_cast<std::int64_t>(40e6 / speed));
    const Outcome result = testing::run(
        one, bank,
        background(10s) + copy_of("ref-a").from(20s).lasting(shown).speed(speed) + background(20s));
    EXPECT_THAT(
        result.ended,
        ElementsAre(MatchOf("ref-a").query(10s, 10s + shown).reference(20s, 60s).speed(speed)))
        << speed;
  }
}

TEST_F(StreamTrackerTest, FindsNoisyCopiesByMostOfTheirFramesAndRemembersTheView) {
  for (const View view : {View::kMirrored, View::kTrimmed}) {
    StreamTracker one(testing::test_calibration(), kThresholds);
    const Outcome result =
        testing::run(one, bank,
                     background(10s) + copy_of("ref-a").from(5s).lasting(30s).noise(30).as(view) +
                         background(20s));
    ASSERT_THAT(result.ended, ElementsAre(MatchOf("ref-a").query(10s, 40s).reference(5s, 35s)));
    for (const Evidence& evidence : result.ended.front().evidence) {
      EXPECT_EQ(evidence.query_view, view);
    }
  }
}

TEST_F(StreamTrackerTest, ReadsKeyframesAndDenseFramesAlike) {
  for (const MediaTime step : {MediaTime(2s), MediaTime(1s), MediaTime(500ms), MediaTime(250ms)}) {
    StreamTracker one(testing::test_calibration(), kThresholds);
    const Outcome result = testing::run(
        one, bank, background(20s) + copy_of("ref-a").from(30s).lasting(40s) + background(20s),
        {.step = step});
    EXPECT_THAT(result.ended, ElementsAre(MatchOf("ref-a").query(20s, 60s).reference(30s, 70s)))
        << to_string(step);
  }
}

TEST_F(StreamTrackerTest, FollowsTwoReferencesAtOnce) {
  const Outcome result = run(
      background(10s) + copy_of("ref-a").from(10s).lasting(30s).with("ref-b") + background(20s));
  EXPECT_THAT(result.ended,
              UnorderedElementsAre(MatchOf("ref-a").query(10s, 40s).reference(10s, 40s),
                                   MatchOf("ref-b").query(10s, 40s).reference(10s, 40s)));
}

TEST_F(StreamTrackerTest, ReportsAReferenceThatContainsAnotherAndTheOther) {
  const auto part = [&] {
    auto timeline = std::make_shared<ReferenceTimeline>();
    timeline->info.id = ReferenceId("excerpt");
    timeline->duration = 30s;
    for (const ReferenceEntry& entry : bank.references().at(ReferenceId("ref-a"))->entries) {
      if (entry.time < 40s || entry.time >= 70s) continue;
      timeline->entries.push_back(entry);
      timeline->entries.back().time -= 40s;
      timeline->entries.back().end -= 40s;
    }
    return timeline;
  }();
  bank.add(part, bank.scene("ref-a"));
  const Outcome result =
      run(background(10s) + copy_of("ref-a").from(20s).lasting(60s) + background(20s));
  EXPECT_THAT(result.ended,
              UnorderedElementsAre(MatchOf("ref-a").query(10s, 70s).reference(20s, 80s),
                                   MatchOf("excerpt").query(30s, 60s).reference(0s, 30s)));
}

TEST_F(StreamTrackerTest, ReportsTheSameReferenceTwiceInARow) {
  const Outcome result = run(copy_of("ref-a").from(10s).lasting(30s) +
                             copy_of("ref-a").from(10s).lasting(30s) + background(20s));
  EXPECT_THAT(result.ended, ElementsAre(MatchOf("ref-a").query(0s, 30s).reference(10s, 40s),
                                        MatchOf("ref-a").query(30s, 60s).reference(10s, 40s)));
}

TEST_F(StreamTrackerTest, FollowsCutsThatJumpWithinTheReference) {
  const Outcome result = run(background(10s) + copy_of("ref-a").from(10s).lasting(12s) +
                             copy_of("ref-a").from(60s).lasting(12s) +
                             copy_of("ref-a").from(35s).lasting(12s) + background(20s));
  EXPECT_THAT(result.ended, ElementsAre(MatchOf("ref-a").query(10s, 22s).reference(10s, 22s),
                                        MatchOf("ref-a").query(22s, 34s).reference(60s, 72s),
                                        MatchOf("ref-a").query(34s, 46s).reference(35s, 47s)));
}

TEST_F(StreamTrackerTest, ReportsOneMatchOfALoopingReference) {
  const Scene loop = Scene(400, 60s).looped(10s);
  bank.add("loop", loop, 60s);
  const Outcome result =
      run(background(10s) + copy_of("loop").from(0s).lasting(30s) + background(20s));
  ASSERT_THAT(result.ended, ElementsAre(MatchOf("loop").query(10s, 40s)));
  EXPECT_EQ(result.ended.front().interval.length(), result.ended.front().query.length());
}

TEST_F(StreamTrackerTest, FindsACopyOfANearlyStaticReference) {
  bank.add("lecture", Scene(500, 120s, 0s, 10), 120s);
  const Outcome result =
      run(background(10s) + copy_of("lecture").from(20s).lasting(60s).noise(4) + background(20s));
  EXPECT_THAT(result.ended, ElementsAre(MatchOf("lecture").query(10s, 70s).reference(20s, 80s)));
}

TEST_F(StreamTrackerTest, NeverAddsUpAFrozenPicture) {
  const Scene scene(100, 120s);
  const PdqHash frozen = scene.at(40s);
  const auto standing = std::make_shared<ReferenceTimeline>();
  standing->info.id = ReferenceId("card");
  standing->duration = 3600s;
  standing->entries.push_back({.time = 0s, .end = 3600s, .quality = 100, .value = frozen});
  bank.add(standing, scene);
  const Outcome result =
      run({footage(Scene(100, 40s).looped(40s), 40s).from(40s).lasting(1800s).speed(0)});
  EXPECT_THAT(result.updates, IsEmpty());
  EXPECT_LT(result.highest, 15);
}

TEST_F(StreamTrackerTest, NeverAddsUpALookAlikeThatMovesOnItsOwn) {
  // The same place at another time: everything is near, nothing moves together.
  const auto moving = [&](std::uint64_t seed) {
    return Scene(600, 300s, 0s, 0).disturbed(seed, 12);
  };
  bank.add("place", moving(1), 300s);
  const Outcome result = run({footage(moving(2), 300s)});
  EXPECT_THAT(result.updates, IsEmpty());
}

// A still picture of which now the whole, now the middle is nearer to the reference.
TEST_F(StreamTrackerTest, AStillPictureVotesOnceWhicheverViewMatches) {
  const Scene whole(700, 60s), middle(701, 60s);
  const auto still = std::make_shared<ReferenceTimeline>();
  still->info.id = ReferenceId("still");
  still->duration = 60s;
  for (const auto& [view, scene] : {std::pair(View::kFull, &whole), {View::kCentre, &middle}}) {
    still->entries.push_back(
        {.time = 0s, .end = 60s, .view = view, .quality = 100, .value = scene->at(0s)});
  }
  bank.add(still, whole);
  std::mt19937_64 random(1);
  double highest = 0;
  for (int second = 0; second < 60; ++second) {
    const int overlaid = second % 2 == 0 ? 30 : 4;
    const std::vector<Descriptor> views = {
        view_of(second, View::kFull, testing::noisy(whole.at(0s), overlaid, random)),
        view_of(second, View::kCentre, testing::noisy(middle.at(0s), 34 - overlaid, random))};
    tracker.update({.on_air = {views[0].time, views[0].time + 1s},
                    .descriptors = views,
                    .hits = bank.search(views),
                    .references = bank.references()});
    highest = std::max(highest, tracker.score());
  }
  EXPECT_GT(highest, 10);
  EXPECT_LE(highest, 14);
}

TEST_F(StreamTrackerTest, TheMiddleOfAPictureIsNotAWholePicture) {
  const Scene scene(100, 120s);  // what ref-a holds as whole pictures
  std::vector<Descriptor> views;
  for (int second = 10; second < 40; ++second) {
    views.push_back(view_of(second, View::kCentre, scene.at(std::chrono::seconds(second))));
  }
  const auto matches = tracker.update({.on_air = {10s, 40s},
                                       .descriptors = views,
                                       .hits = bank.search(views),
                                       .references = bank.references()});
  EXPECT_THAT(matches, IsEmpty());
  EXPECT_EQ(tracker.score(), 0);
}

TEST_F(StreamTrackerTest, GivesNoWeightToFramesThatSayNothing) {
  const Outcome result = run({copy_of("ref-a").from(10s).lasting(30s).with_quality(49)});
  EXPECT_THAT(result.updates, IsEmpty());
  EXPECT_EQ(tracker.attention(1), Attention::kUsual);
}

TEST_F(StreamTrackerTest, GivesNoWeightToGenericEntries) {
  auto generic = std::make_shared<ReferenceTimeline>(*bank.references().at(ReferenceId("ref-a")));
  for (ReferenceEntry& entry : generic->entries) entry.generic = true;
  bank.add(generic, bank.scene("ref-a"));
  EXPECT_THAT(run({copy_of("ref-a").from(10s).lasting(30s)}).updates, IsEmpty());
}

TEST_F(StreamTrackerTest, IsUndecidedFromTheFirstHitUntilTheTakedown) {
  const std::string attention = attention_by_second({copy_of("ref-a").from(10s).lasting(10s)});
  EXPECT_THAT(attention, ::testing::MatchesRegex("[?][?]+-+"));
  EXPECT_LT(attention.find('-'), 8U);
}

TEST_F(StreamTrackerTest, IsUndecidedAgainWhenADecidedCopyMayHaveEnded) {
  const std::string attention =
      attention_by_second(copy_of("ref-a").from(10s).lasting(20s) + background(20s));
  // From the first hit to the takedown, and from the end of the copy until its gap is exceeded.
  EXPECT_THAT(attention, ::testing::MatchesRegex("[?]+-+[?]+[.]+"));
  EXPECT_EQ(attention.find('?', attention.find('-')), 20U);
}

TEST_F(StreamTrackerTest, EndsWhatIsNoLongerEnforced) {
  const auto frames = testing::render(bank, {copy_of("ref-a").from(10s).lasting(20s)}, {});
  const auto hits = bank.search(frames);
  const Interval on_air{0s, 20s};
  EXPECT_THAT(
      tracker.update(
          {.on_air = on_air, .descriptors = frames, .hits = hits, .references = bank.references()}),
      ElementsAre(MatchOf("ref-a")));
  const ReferenceSet none;
  const auto matches =
      tracker.update({.on_air = {20s, 22s}, .descriptors = {}, .hits = {}, .references = none});
  ASSERT_THAT(matches, ElementsAre(MatchOf("ref-a").query(0s, 20s).reference(10s, 30s)));
  EXPECT_TRUE(matches.front().ended);
  EXPECT_THAT(tracker.finish(), IsEmpty());
}

TEST_F(StreamTrackerTest, GoesOnWithTheNextGenerationOfAReference) {
  const auto script = testing::Script{copy_of("ref-a").from(10s).lasting(30s)};
  const auto frames = testing::render(bank, script, {});
  const auto half = static_cast<std::ptrdiff_t>(frames.size() / 2);
  const std::vector<Descriptor> first(frames.begin(), frames.begin() + half);
  const std::vector<Descriptor> second(frames.begin() + half, frames.end());
  tracker.update({.on_air = {0s, 15s},
                  .descriptors = first,
                  .hits = bank.search(first),
                  .references = bank.references()});
  auto next = std::make_shared<ReferenceTimeline>(*bank.references().at(ReferenceId("ref-a")));
  next->generation = 2;
  bank.add(next, bank.scene("ref-a"));
  tracker.update({.on_air = {15s, 30s},
                  .descriptors = second,
                  .hits = bank.search(second),
                  .references = bank.references()});
  EXPECT_THAT(tracker.finish(), ElementsAre(MatchOf("ref-a").query(0s, 30s).reference(10s, 40s)));
}

TEST_F(StreamTrackerTest, BeginsAnewWhenSavedUnderAnotherCalibration) {
  const auto frames = testing::render(bank, {copy_of("ref-a").from(10s).lasting(10s)}, {});
  tracker.update({.on_air = {0s, 10s},
                  .descriptors = frames,
                  .hits = bank.search(frames),
                  .references = bank.references()});
  ASSERT_GT(tracker.score(), 0);
  ArchiveWriter saved;
  tracker.save(saved);

  StreamTracker same{testing::test_calibration(), kThresholds};
  ArchiveReader again(saved.bytes(), saved.references());
  EXPECT_TRUE(same.load(again));
  EXPECT_TRUE(again.done());
  EXPECT_EQ(same.score(), tracker.score());

  std::string json(testing::kTestCalibration);
  json.replace(json.find("\"test\""), 6, "\"next\"");
  StreamTracker next{std::make_shared<const Calibration>(Calibration::parse(json, "next").value()),
                     kThresholds};
  ArchiveReader other(saved.bytes(), saved.references());
  EXPECT_FALSE(next.load(other));
  EXPECT_FALSE(other.failed());
  EXPECT_EQ(next.score(), 0);
}

TEST_F(StreamTrackerTest, KeepsTheDigestsOfTheSegmentsThatHoldTheEvidence) {
  const auto frames = testing::render(bank, {copy_of("ref-a").from(10s).lasting(10s)}, {});
  const auto hits = bank.search(frames);
  Sha256 digest{};
  digest[0] = 7;
  const auto matches = tracker.update({.on_air = {0s, 10s},
                                       .descriptors = frames,
                                       .hits = hits,
                                       .references = bank.references(),
                                       .digest = &digest});
  ASSERT_THAT(matches, ElementsAre(MatchOf("ref-a")));
  EXPECT_THAT(matches.front().segments, ElementsAre(digest));
}

}  // namespace
}  // namespace staydown::matching
