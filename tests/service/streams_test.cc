#include "service/streams.h"

#include <gmock/gmock.h>

#include "service/detector_fixture.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using support::Part;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StreamsTest : public DetectorTest {
 protected:
  StreamsTest() {
    index_->add({reference_of(kReference, 20s, "attack")});
    config_.max_streams = 2;
    config_.idle = 300s;
    config_.forget = 24h;
  }

  static kafka::Record record(std::int64_t offset) {
    return {.topic = "segments", .partition = 3, .offset = offset, .appended = {}, .message = {}};
  }

  // Wakes the stream of the segment and takes it through the detector; what that gave.
  Streams::Events take(Streams& streams, const Segment& segment, std::int64_t offset,
                       Streams::Broadcast broadcast = Streams::Broadcast::kGoesOn) {
    auto [stream, events] =
        streams.wake(segment.stream, record(offset), segment.ingested, broadcast);
    EXPECT_TRUE(stream->awake);
    auto detection = detector_.detect(segment);
    EXPECT_TRUE(detection);
    std::ranges::move(detection->events, std::back_inserter(events));
    return events;
  }

  static std::vector<CaseStepKind> steps(const Streams::Events& events) {
    std::vector<CaseStepKind> steps;
    for (const auto& event : events) steps.push_back(event.step.kind);
    return steps;
  }

  // "cam-7@12", with the offset that it contains; "cam-7 gone" for one that is to be forgotten.
  // Each is kept as the state topic would have it.
  std::vector<std::string> save(Streams& streams) {
    std::vector<std::string> lines;
    const auto saved = streams.save_changes(
        [&](const StreamId& id, std::int32_t partition, const StreamRecord* state) -> Result<void> {
          EXPECT_EQ(partition, 3);
          lines.push_back(state == nullptr ? id.value + " gone"
                                           : id.value + "@" + std::to_string(state->offset));
          auto& kept = topic_.emplace_back(record(0));
          kept.message.key = id.value;
          if (state != nullptr) kept.message.value = encode(*state);
          return {};
        });
    EXPECT_TRUE(saved);
    return lines;
  }

  static bool everywhere(std::int32_t) { return true; }

  Metrics metrics_{"v", "m"};
  WorkerConfig config_;
  Detector detector_ = make_detector();
  std::vector<kafka::Record> topic_;
};

TEST_F(StreamsTest, AreSavedOnceForEachChange) {
  Streams streams(config_, detector_, metrics_);
  const auto one = stream({{.seed = kBackground, .duration = 4s}}, "one");
  const auto two = stream({{.seed = kBackground, .duration = 4s}}, "two");
  take(streams, one[0], 10);
  take(streams, two[0], 11);
  take(streams, one[1], 12);
  EXPECT_THAT(save(streams), ElementsAre("one@12", "two@11"));
  EXPECT_FALSE(streams.any_changed());
  EXPECT_THAT(save(streams), IsEmpty());
  take(streams, two[1], 13);
  EXPECT_THAT(save(streams), ElementsAre("two@13"));
}

TEST_F(StreamsTest, GoOnWhereTheLastOwnerSavedThem) {
  const auto segments = stream({{.seed = kReference, .duration = 8s}}, "one");
  Streams first(config_, detector_, metrics_);
  EXPECT_THAT(steps(take(first, segments[0], 10)), ElementsAre(CaseStepKind::kOpened));
  save(first);
  first.drop_all();
  EXPECT_EQ(detector_.score(StreamId("one")), 0);

  Streams second(config_, detector_, metrics_);
  for (const auto& saved : topic_) second.restore(saved, 20);
  EXPECT_EQ(second.asleep(), 1U);
  EXPECT_THAT(take(second, segments[1], 11), IsEmpty());  // the case is open already
  EXPECT_EQ(second.awake(), 1U);
  EXPECT_GT(detector_.score(StreamId("one")), 0);
}

// The same copy at the same media time, as after a restart of the encoder.
TEST_F(StreamsTest, HaveACaseOfTheirOwnInEachBroadcast) {
  const auto segments = stream({{.seed = kReference, .duration = 4s}}, "one");
  Streams streams(config_, detector_, metrics_);
  EXPECT_THAT(steps(take(streams, segments[0], 10)), ElementsAre(CaseStepKind::kOpened));
  EXPECT_THAT(steps(take(streams, segments[1], 11)), IsEmpty());
  const auto anew = take(streams, segments[0], 12, Streams::Broadcast::kBegins);
  EXPECT_THAT(steps(anew), ElementsAre(CaseStepKind::kClosed, CaseStepKind::kOpened));
  EXPECT_EQ(anew[0].step.case_number, 1U);
  EXPECT_EQ(anew[1].step.case_number, 2U);
}

TEST_F(StreamsTest, TakeTheLatestWordThatIsOfThisTopic) {
  Streams owner(config_, detector_, metrics_);
  const auto segments = stream({{.seed = kBackground, .duration = 6s}}, "one");
  for (std::int64_t offset = 10; offset < 13; ++offset) {
    take(owner, segments[static_cast<std::size_t>(offset - 10)], offset);
    save(owner);
  }
  const auto contained = [&](const std::vector<std::size_t>& order, std::int64_t end) {
    Streams streams(config_, detector_, metrics_);
    for (const auto i : order) streams.restore(topic_[i], end);
    const auto* found = streams.find(StreamId("one"));
    return found == nullptr ? -1 : found->record.offset;
  };
  EXPECT_EQ(contained({0, 1, 2}, 13), 12);
  EXPECT_EQ(contained({0, 2, 1}, 13), 12);  // a late write of who was the owner
  EXPECT_EQ(contained({0, 1, 2}, 12), 11);  // beyond the end: of another topic
  topic_.push_back(record(0));
  topic_.back().message.key = "one";
  EXPECT_EQ(contained({0, 1, 2, 3}, 13), -1);
  topic_[1].message.value->back() ^= 1U;
  EXPECT_EQ(contained({1}, 13), -1);
  EXPECT_THAT(metrics_.text(), HasSubstr("staydown_errors_total{code=\"corrupt\"} 1\n"));
}

TEST_F(StreamsTest, SleepBeyondTheCapAndMissNothing) {
  Streams streams(config_, detector_, metrics_);
  std::vector<std::vector<Segment>> all;
  for (const char* id : {"one", "two", "three", "four"}) {
    all.push_back(
        stream({{.seed = kBackground, .duration = 2s}, {.seed = kReference, .duration = 6s}}, id));
  }
  std::vector<CaseStepKind> found;
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < all[0].size(); ++i) {
    for (const auto& one : all) {
      for (const auto step : steps(take(streams, one[i], offset++))) found.push_back(step);
      streams.keep_within_cap();
      EXPECT_LE(streams.awake(), 2U);
    }
  }
  EXPECT_EQ(streams.asleep(), 2U);
  EXPECT_THAT(found, ElementsAre(CaseStepKind::kOpened, CaseStepKind::kOpened,
                                 CaseStepKind::kOpened, CaseStepKind::kOpened));
  EXPECT_EQ(save(streams).size(), 4U);
}

TEST_F(StreamsTest, EndWhenTheyAreIdleAndAreForgottenLater) {
  Streams streams(config_, detector_, metrics_);
  const auto segments = stream({{.seed = kReference, .duration = 4s}}, "one");
  take(streams, segments[0], 10);
  save(streams);
  const auto fed = segments[0].ingested;
  EXPECT_THAT(streams.end_idle(fed + 300s, everywhere), IsEmpty());
  EXPECT_THAT(streams.end_idle(fed + 301s, [](auto) { return false; }), IsEmpty());
  EXPECT_THAT(steps(streams.end_idle(fed + 301s, everywhere)), ElementsAre(CaseStepKind::kClosed));
  EXPECT_EQ(streams.awake(), 0U);
  EXPECT_THAT(save(streams), ElementsAre("one@10"));
  EXPECT_THAT(streams.end_idle(fed + 300s + 24h, everywhere), IsEmpty());
  EXPECT_FALSE(streams.any_changed());
  EXPECT_THAT(streams.end_idle(fed + 301s + 24h, everywhere), IsEmpty());
  EXPECT_THAT(save(streams), ElementsAre("one gone"));
  EXPECT_EQ(streams.find(StreamId("one")), nullptr);
}

TEST_F(StreamsTest, CloseTheirCasesWhenTheyComeBackLate) {
  Streams streams(config_, detector_, metrics_);
  auto segments = stream({{.seed = kReference, .duration = 4s}}, "one");
  take(streams, segments[0], 10);
  segments[1].ingested += 400s;
  const auto events = take(streams, segments[1], 11);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front().step.kind, CaseStepKind::kClosed);
  EXPECT_EQ(events.front().step.case_number, 1U);
}

}  // namespace
}  // namespace staydown::service
