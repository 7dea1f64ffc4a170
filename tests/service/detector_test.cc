#include "service/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/detector_fixture.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using support::Part;

TEST_F(DetectorTest, DecidesWithinTheFirstSegmentThatShowsTheReference) {
  index_->add({reference_of(kReference, 20s, "attack")});
  auto detector = make_detector();
  const auto events = watch(detector, stream({{.seed = kBackground, .duration = 5s},
                                              {.seed = kReference, .from = 5s, .duration = 6s}}));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].step.kind, CaseStepKind::kOpened);
  EXPECT_EQ(events[0].step.verdict.kind, VerdictKind::kTakedown);
  EXPECT_EQ(events[0].step.verdict.rule, "threshold");
  EXPECT_EQ(events[0].decided_at, 8s);  // the first keyframe of the copy is at 6 s
  EXPECT_EQ(events[0].id,
            event::event_id(StreamId("cam-7"), ReferenceId("attack"), 1, CaseStepKind::kOpened));
  ASSERT_EQ(events[0].step.match.segments.size(), 1U);
  EXPECT_EQ(events[1].step.kind, CaseStepKind::kClosed);
  EXPECT_NEAR(seconds(events[1].step.match.query.begin), 5, 1);
  EXPECT_NEAR(seconds(events[1].step.match.query.end), 11, 1);
  EXPECT_NEAR(seconds(events[1].step.match.interval.begin), 5, 1);
  EXPECT_NEAR(seconds(events[1].step.match.interval.end), 11, 1);
}

TEST_F(DetectorTest, GoesOnAfterASegmentThatCannotBeUsed) {
  index_->add({reference_of(kReference, 20s, "attack")});
  auto detector = make_detector();
  auto segments = stream({{.seed = kReference, .duration = 12s}});
  std::fill(segments[1].bytes.begin(), segments[1].bytes.end(), std::uint8_t{0});
  EXPECT_TRUE(detector.detect(segments[0]));
  EXPECT_FALSE(detector.detect(segments[1]));
  const auto third = detector.detect(segments[2]);
  ASSERT_TRUE(third) << third.error().message;
  EXPECT_GT(third->score, 0);
}

TEST_F(DetectorTest, KeepsStreamsApart) {
  index_->add({reference_of(kReference, 20s, "attack")});
  auto detector = make_detector();
  const auto copy = stream({{.seed = kReference, .duration = 6s}}, "copy");
  const auto other = stream({{.seed = kBackground, .duration = 6s}}, "other");
  std::vector<event::TakedownEvent> events;
  for (std::size_t i = 0; i < copy.size(); ++i) {
    for (const auto* segment : {&copy[i], &other[i]}) {
      const auto detection = detector.detect(*segment);
      ASSERT_TRUE(detection);
      events.insert(events.end(), detection->events.begin(), detection->events.end());
    }
  }
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].stream, StreamId("copy"));
}

TEST_F(DetectorTest, EnforcesWhatIsAddedAndForgetsWhatIsRemovedWhileAStreamRuns) {
  auto detector = make_detector();
  const auto segments = stream({{.seed = kReference, .duration = 12s}});
  EXPECT_TRUE(detector.detect(segments[0])->events.empty());
  index_->add({reference_of(kReference, 20s, "attack")});
  EXPECT_EQ(detector.detect(segments[1])->events.size(), 1U);
  const std::vector<ReferenceId> gone{ReferenceId("attack")};
  index_->remove(gone);
  EXPECT_EQ(detector.detect(segments[2])->score, 0);
}

TEST_F(DetectorTest, SearchesTheLastMinutesForAReferenceThatIsAdded) {
  auto detector = make_detector();
  const auto segments = stream({{.seed = kBackground, .duration = 4s},
                                {.seed = kReference, .from = 2s, .duration = 12s},
                                {.seed = kBackground + 1, .duration = 6s}});
  for (const auto& segment : std::span(segments).first(10)) {
    EXPECT_TRUE(detector.detect(segment)->events.empty());
  }
  index_->add({reference_of(kReference, 20s, "attack")});
  const auto detection = detector.detect(segments[10]);
  ASSERT_EQ(detection->events.size(), 1U);
  const auto& event = detection->events[0];
  EXPECT_EQ(event.step.kind, CaseStepKind::kOpened);
  EXPECT_EQ(event.step.verdict.kind, VerdictKind::kTakedown);
  EXPECT_EQ(event.decided_at, 22s);
  EXPECT_NEAR(seconds(event.step.match.query.begin), 4, 1.5);
  EXPECT_NEAR(seconds(event.step.match.query.end), 16, 1.5);
  EXPECT_NEAR(seconds(event.step.match.interval.begin), 2, 1.5);
}

TEST_F(DetectorTest, GoesOnWithAShowingThatBeganBeforeItsReferenceWasAdded) {
  auto detector = make_detector();
  const auto segments = stream({{.seed = kReference, .from = 2s, .duration = 16s}});
  for (const auto& segment : std::span(segments).first(4)) {
    EXPECT_TRUE(detector.detect(segment)->events.empty());
  }
  index_->add({reference_of(kReference, 20s, "attack")});
  const auto events = watch(detector, {segments.begin() + 4, segments.end()});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].step.kind, CaseStepKind::kOpened);
  EXPECT_EQ(events[1].step.kind, CaseStepKind::kClosed);
  EXPECT_NEAR(seconds(events[1].step.match.query.begin), 0, 1);
  EXPECT_NEAR(seconds(events[1].step.match.query.end), 16, 1);
}

TEST_F(DetectorTest, LooksBackOnlyAsFarAsItIsTold) {
  lookback_ = 6s;
  auto detector = make_detector();
  const auto segments = stream(
      {{.seed = kReference, .from = 2s, .duration = 12s}, {.seed = kBackground, .duration = 10s}});
  for (const auto& segment : std::span(segments).first(10)) {
    EXPECT_TRUE(detector.detect(segment)->events.empty());
  }
  index_->add({reference_of(kReference, 20s, "attack")});
  EXPECT_TRUE(detector.detect(segments[10])->events.empty());
}

// Another stream of the same worker has seen it come and go in between.
TEST_F(DetectorTest, LooksBackForNothingThatWasWithdrawnMeanwhile) {
  auto detector = make_detector();
  const auto segments = stream({{.seed = kReference, .from = 2s, .duration = 12s}});
  const auto other = stream({{.seed = kBackground, .duration = 4s}}, "other");
  for (const auto& segment : std::span(segments).first(4)) ASSERT_TRUE(detector.detect(segment));
  ASSERT_TRUE(detector.detect(other[0]));
  index_->add({reference_of(kReference, 20s, "attack")});
  ASSERT_TRUE(detector.detect(other[1]));
  const std::vector<ReferenceId> gone{ReferenceId("attack")};
  index_->remove(gone);
  const auto detection = detector.detect(segments[4]);
  ASSERT_TRUE(detection);
  EXPECT_TRUE(detection->events.empty());
  EXPECT_EQ(detection->score, 0);
}

TEST_F(DetectorTest, SearchesThePastOnceTheNextSegmentCanBeUsed) {
  auto detector = make_detector();
  auto segments =
      stream({{.seed = kReference, .duration = 8s}, {.seed = kBackground, .duration = 6s}});
  for (const auto& segment : std::span(segments).first(5)) {
    EXPECT_TRUE(detector.detect(segment)->events.empty());
  }
  index_->add({reference_of(kReference, 20s, "attack")});
  std::fill(segments[5].bytes.begin(), segments[5].bytes.end(), std::uint8_t{0});
  EXPECT_FALSE(detector.detect(segments[5]));
  const auto detection = detector.detect(segments[6]);
  ASSERT_TRUE(detection) << detection.error().message;
  ASSERT_EQ(detection->events.size(), 1U);
  EXPECT_EQ(detection->events[0].step.kind, CaseStepKind::kOpened);
}

TEST_F(DetectorTest, KnowsAShowingAgainWhoseReferenceIsReplaced) {
  const auto first = reference_of(kReference, 20s, "attack");
  index_->add({first});
  auto detector = make_detector();
  const auto segments =
      stream({{.seed = kReference, .duration = 8s}, {.seed = kBackground, .duration = 72s}});
  std::vector<CaseStepKind> steps;
  const std::span all(segments);
  for (const auto& segment : all.first(segments.size() - 1)) {
    const auto detection = detector.detect(segment);
    ASSERT_TRUE(detection) << detection.error().message;
    for (const auto& event : detection->events) steps.push_back(event.step.kind);
  }
  EXPECT_THAT(steps, testing::ElementsAre(CaseStepKind::kOpened, CaseStepKind::kClosed));
  auto second = std::make_shared<ReferenceTimeline>(*first);
  ++second->generation;
  index_->add({second});
  EXPECT_TRUE(detector.detect(segments.back())->events.empty());
}

// `reference add` enforces keyframes first, which may be near nothing that was sampled.
TEST_F(DetectorTest, FindsInThePastWhatOnlyTheSecondGenerationShows) {
  const auto whole = std::make_shared<ReferenceTimeline>(*reference_of(kReference, 20s, "attack"));
  auto keyframes = std::make_shared<ReferenceTimeline>(*whole);
  std::erase_if(keyframes->entries, [](const auto& entry) { return entry.time >= 2s; });
  whole->generation = 2;
  auto detector = make_detector();
  const auto segments = stream(
      {{.seed = kReference, .from = 4s, .duration = 8s}, {.seed = kBackground, .duration = 8s}});
  for (const auto& segment : std::span(segments).first(6)) ASSERT_TRUE(detector.detect(segment));
  index_->add({keyframes});
  EXPECT_TRUE(detector.detect(segments[6])->events.empty());
  index_->add({whole});
  const auto detection = detector.detect(segments[7]);
  ASSERT_EQ(detection->events.size(), 1U);
  EXPECT_EQ(detection->events[0].step.kind, CaseStepKind::kOpened);
  EXPECT_NEAR(seconds(detection->events[0].step.match.query.begin), 0, 1);
}

TEST_F(DetectorTest, SaysForHowManyReferencesThePastIsNotSearched) {
  most_arrived_ = 10;
  auto detector = make_detector();
  const auto segments =
      stream({{.seed = kReference, .duration = 8s}, {.seed = kBackground, .duration = 8s}});
  for (const auto& segment : std::span(segments).first(6)) ASSERT_TRUE(detector.detect(segment));
  index_->add({reference_of(kReference, 20s, "attack")});
  const auto detection = detector.detect(segments[6]);
  EXPECT_TRUE(detection->events.empty());
  EXPECT_EQ(detection->not_searched_for, 1U);
  EXPECT_EQ(detector.detect(segments[7])->not_searched_for, 0U);
}

// Three streams that show one reference within a minute, where two are allowed; each stream has a
// media time of its own.
class BreakerTest : public DetectorTest, public testing::WithParamInterface<MediaTime> {};

TEST_P(BreakerTest, AsksForReviewOnceAReferenceFiresOnTooManyStreams) {
  index_->add({reference_of(kReference, 20s, "attack")});
  policy::PolicyOptions policy;
  policy.breaker.max_streams = 2;
  auto detector = make_detector(policy);
  std::vector<std::string> rules;
  MediaTime already_on_air = 0s;
  for (const char* id : {"a", "b", "c"}) {
    auto segment = stream({{.seed = kReference, .duration = 2s}}, id)[0];
    segment.start += already_on_air;
    already_on_air += GetParam();
    const auto detection = detector.detect(segment);
    ASSERT_EQ(detection->events.size(), 1U);
    rules.push_back(detection->events[0].step.verdict.rule);
  }
  EXPECT_THAT(rules, testing::ElementsAre("threshold", "threshold", "breaker"));
}
INSTANTIATE_TEST_SUITE_P(MediaTimeApart, BreakerTest, testing::Values(0s, 1h));

}  // namespace
}  // namespace staydown::service
