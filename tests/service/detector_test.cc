#include "service/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scene.h"
#include "support/synthetic_video.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using support::Part;

constexpr std::uint64_t kReference = 7, kBackground = 100;

// A reference of `duration`, described four times a second.
ReferenceTimelinePtr reference_of(std::uint64_t seed, MediaTime duration, const char* id) {
  const descriptor::Describer describer(descriptor::kReferenceViews);
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(id);
  timeline->generation = 1;
  timeline->duration = duration;
  for (MediaTime t = 0s; t < duration; t += 250ms) {
    std::vector<Frame> frames;
    frames.push_back(support::scene_frame(seed, t));
    const auto described = describer.describe(frames);
    for (const auto& descriptor : *described) {
      timeline->entries.push_back({.time = t,
                                   .end = t + 250ms,
                                   .view = descriptor.view,
                                   .quality = static_cast<std::uint8_t>(descriptor.quality),
                                   .generic = false,
                                   .value = descriptor.value});
    }
  }
  return timeline;
}

class DetectorTest : public testing::Test {
 protected:
  std::shared_ptr<index::ReferenceIndex> index_ = std::make_shared<index::ReferenceIndex>();

  Detector make_detector(policy::PolicyOptions policy = {}) {
    const auto& calibration = matching::Calibration::embedded();
    DetectorOptions options;
    options.tracker.review_score = calibration.threshold(10'000, 1'000'000);
    options.tracker.takedown_score = calibration.threshold(100, 1'000'000);
    options.clock = [] { return WallTime(1h); };
    policy.review_score = options.tracker.review_score;
    policy.takedown_score = options.tracker.takedown_score;
    return Detector(
        options,
        {.describer = std::make_shared<const descriptor::Describer>(descriptor::kQueryViews),
         .index = index_,
         .calibration = std::make_shared<const matching::Calibration>(calibration),
         .policy = std::make_shared<policy::Policy>(std::move(policy))});
  }

  static std::vector<Segment> stream(std::vector<Part> parts, const char* id = "cam-7") {
    support::VideoSpec video;
    video.parts = std::move(parts);
    video.gop = 2 * video.fps;
    return support::segments(video, StreamId(id), 2s);
  }
};

// Everything that a stream gave, its end included.
std::vector<event::TakedownEvent> watch(Detector& detector, const std::vector<Segment>& segments) {
  std::vector<event::TakedownEvent> events;
  const auto keep = [&](Detection detection) {
    std::ranges::move(detection.events, std::back_inserter(events));
  };
  for (const auto& segment : segments) {
    if (auto detection = detector.detect(segment)) keep(*std::move(detection));
  }
  keep(detector.finish(segments.front().stream));
  return events;
}

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

TEST_F(DetectorTest, AsksForReviewOnceAReferenceFiresOnTooManyStreams) {
  index_->add({reference_of(kReference, 20s, "attack")});
  policy::PolicyOptions policy;
  policy.breaker.max_streams = 2;
  auto detector = make_detector(policy);
  std::vector<std::string> rules;
  for (const char* id : {"a", "b", "c"}) {
    const auto detection = detector.detect(stream({{.seed = kReference, .duration = 2s}}, id)[0]);
    ASSERT_EQ(detection->events.size(), 1U);
    rules.push_back(detection->events[0].step.verdict.rule);
  }
  EXPECT_THAT(rules, testing::ElementsAre("threshold", "threshold", "breaker"));
}

}  // namespace
}  // namespace staydown::service
