// What holds for any stream, over thousands of random ones.
#include <gtest/gtest.h>

#include <algorithm>

#include "matching/stream_tracker.h"
#include "support/match_of.h"
#include "support/synthetic_stream.h"
#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using testing::background;
using testing::copy_of;
using testing::Outcome;
using testing::Scene;
using testing::SyntheticBank;

// Chance neighbours of the right distance: what an index of millions of frames would give. They
// open alignments everywhere; none may grow.
TEST(TrackerProperty, UnrelatedStreamsWithChanceHitsNeverReachTheTakedownScore) {
  SyntheticBank bank;
  for (int i = 0; i < 20; ++i) {
    bank.add("ref-" + std::to_string(i), Scene(static_cast<std::uint64_t>(1000 + i), 60s), 60s);
  }
  const auto calibration = testing::test_calibration();
  const TrackerOptions options{.review_score = calibration->threshold(10'000, bank.entries()),
                               .takedown_score = calibration->threshold(100, bank.entries())};
  std::mt19937_64 random(7);
  for (std::uint64_t stream = 0; stream < 2000; ++stream) {
    StreamTracker tracker(calibration, options);
    const auto frames = testing::render(bank, {background(30s)}, {.seed = 5000 + stream});
    std::vector<Hit> hits;
    for (std::uint32_t i = 0; i < frames.size(); ++i) {
      const auto& reference =
          bank.references().at(ReferenceId("ref-" + std::to_string(random() % 20)));
      const auto entry = static_cast<std::uint32_t>(random() % reference->entries.size());
      hits.push_back({i, reference, entry, static_cast<float>(20 + random() % 12)});
    }
    auto matches = tracker.update({.on_air = {0s, 30s},
                                   .descriptors = frames,
                                   .hits = hits,
                                   .references = bank.references()});
    for (const Match& match : matches) {
      EXPECT_LT(match.score, options.takedown_score) << "stream " << stream;
    }
    EXPECT_LT(tracker.score(), options.takedown_score) << "stream " << stream;
  }
}

TEST(TrackerProperty, NoisyCopiesAreDecidedWithinSeconds) {
  SyntheticBank bank;
  for (int i = 0; i < 10; ++i) {
    bank.add("ref-" + std::to_string(i), Scene(static_cast<std::uint64_t>(2000 + i), 60s), 60s);
  }
  std::mt19937_64 random(11);
  std::vector<double> delays;
  for (std::uint64_t stream = 0; stream < 200; ++stream) {
    StreamTracker tracker(testing::test_calibration(), {.review_score = 25, .takedown_score = 30});
    const std::string id = "ref-" + std::to_string(random() % 10);
    const Outcome result = testing::run(
        tracker, bank,
        background(10s) +
            copy_of(id).from(std::chrono::seconds(random() % 25)).lasting(30s).noise(25),
        {.segment = 1s, .seed = 9000 + stream});
    ASSERT_GE(result.decided, 0s) << "stream " << stream;
    delays.push_back(seconds(result.decided) - 10);
    ASSERT_EQ(result.ended.size(), 1U) << "stream " << stream;
    EXPECT_THAT(result.ended.front(), testing::MatchOf(id).query(10s, 40s)) << "stream " << stream;
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_LE(delays[delays.size() / 2], 5);
  EXPECT_LE(delays.back(), 15);
}

TEST(TrackerProperty, TheSameObservationsGiveTheSameMatches) {
  SyntheticBank bank;
  bank.add("ref-a", Scene(1, 60s), 60s);
  const auto script = background(5s) + copy_of("ref-a").from(10s).lasting(20s).noise(30);
  StreamTracker first(testing::test_calibration(), {.review_score = 25, .takedown_score = 30});
  StreamTracker second(testing::test_calibration(), {.review_score = 25, .takedown_score = 30});
  const Outcome a = testing::run(first, bank, script), b = testing::run(second, bank, script);
  ASSERT_EQ(a.updates.size(), b.updates.size());
  for (std::size_t i = 0; i < a.updates.size(); ++i) {
    EXPECT_EQ(a.updates[i].query, b.updates[i].query);
    EXPECT_EQ(a.updates[i].interval, b.updates[i].interval);
    EXPECT_DOUBLE_EQ(a.updates[i].score, b.updates[i].score);
  }
}

}  // namespace
}  // namespace staydown::matching
