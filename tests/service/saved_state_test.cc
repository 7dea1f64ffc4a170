// A detector that is saved and restored at every segment gives exactly the events of one that is
// not.
#include <gmock/gmock.h>

#include <map>

#include "service/detector.h"
#include "service/detector_fixture.h"
#include "service/stream_record.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using support::Part;

using SavedState = DetectorTest;

std::vector<std::string> lines_of(std::vector<event::TakedownEvent> events) {
  std::vector<std::string> lines;
  for (auto& event : events) {
    event.latency.stages.clear();
    lines.push_back(event::to_json(event));
  }
  return lines;
}

// Each segment by a detector of its own, which knows nothing but what the last one saved.
std::vector<event::TakedownEvent> watch_in_relay(const std::function<Detector()>& make,
                                                 const std::vector<Segment>& segments) {
  std::vector<event::TakedownEvent> events;
  Bytes saved;
  const auto& stream = segments.front().stream;
  const auto relay = [&](auto work) {
    auto detector = make();
    if (!saved.empty()) {
      const auto restored = detector.restore(stream, saved);
      ASSERT_TRUE(restored) << restored.error().message;
    }
    Detection detection = work(detector);
    std::ranges::move(detection.events, std::back_inserter(events));
    saved = detector.save(stream);
    EXPECT_LT(saved.size(), 40'000U);
  };
  for (const auto& segment : segments) {
    relay([&](Detector& detector) {
      auto detection = detector.detect(segment);
      return detection ? *std::move(detection) : Detection{};
    });
  }
  relay([&](Detector& detector) { return detector.finish(stream); });
  return events;
}

struct Story {
  const char* name;
  std::vector<Part> parts;
  support::Container container = support::Container::kMpegTs;
  int gop_seconds = 2;
  bool second_reference = false;
};

void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }

class SavedStateStories : public DetectorTest, public testing::WithParamInterface<Story> {};

TEST_P(SavedStateStories, GiveTheSameEvents) {
  const auto& story = GetParam();
  index_->add({reference_of(kReference, 20s, "attack")});
  if (story.second_reference) index_->add({reference_of(kReference + 1, 12s, "other")});
  support::VideoSpec video;
  video.parts = story.parts;
  video.container = story.container;
  video.gop = story.gop_seconds * video.fps;
  const auto segments = support::segments(video, StreamId("cam-7"), 2s);
  auto whole = make_detector();
  const auto expected = lines_of(watch(whole, segments));
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(lines_of(watch_in_relay([&] { return make_detector(); }, segments)), expected);
}

INSTANTIATE_TEST_SUITE_P(
    , SavedStateStories,
    testing::Values(
        Story{"OneCopy",
              {{.seed = kBackground, .duration = 5s},
               {.seed = kReference, .from = 5s, .duration = 12s},
               {.seed = kBackground, .duration = 4s}}},
        Story{"JumpWithinTheReference",
              {{.seed = kReference, .from = 2s, .duration = 8s},
               {.seed = kReference, .from = 12s, .duration = 8s}}},
        Story{"TwoReferencesAndASecondShowing",
              {{.seed = kReference, .duration = 6s},
               {.seed = kReference + 1, .from = 4s, .duration = 6s, .edit = support::mirrored()},
               {.seed = kBackground, .duration = 70s},
               {.seed = kReference, .duration = 6s}},
              support::Container::kMpegTs,
              2,
              true},
        Story{"Faster", {{.seed = kReference, .duration = 16s, .speed = 1.15}}},
        Story{"Fragments",
              {{.seed = kBackground, .duration = 4s}, {.seed = kReference, .duration = 8s}},
              support::Container::kFragmentedMp4},
        Story{"LongGop",
              {{.seed = kBackground, .duration = 4s}, {.seed = kReference, .duration = 12s}},
              support::Container::kMpegTs,
              4}),
    [](const auto& param) { return param.param.name; });

TEST_F(SavedState, GoesOnWithoutAReferenceThatWasRemovedMeanwhile) {
  index_->add({reference_of(kReference, 20s, "attack")});
  const auto segments = stream({{.seed = kReference, .duration = 8s}});
  auto first = make_detector();
  ASSERT_EQ(first.detect(segments[0])->events.size(), 1U);
  ASSERT_TRUE(first.detect(segments[1]));
  const auto saved = first.save(segments[0].stream);
  const std::vector<ReferenceId> gone{ReferenceId("attack")};
  index_->remove(gone);
  auto second = make_detector();
  ASSERT_TRUE(second.restore(segments[0].stream, saved));
  ASSERT_TRUE(first.detect(segments[2]));
  ASSERT_TRUE(second.detect(segments[2]));
  EXPECT_EQ(second.score(segments[0].stream), 0);
  EXPECT_EQ(lines_of(second.finish(segments[0].stream).events),
            lines_of(first.finish(segments[0].stream).events));
}

TEST_F(SavedState, RefusesDamageAndOtherVersions) {
  index_->add({reference_of(kReference, 20s, "attack")});
  const auto segments = stream({{.seed = kReference, .duration = 4s}});
  auto detector = make_detector();
  ASSERT_TRUE(detector.detect(segments[0]));
  const Bytes saved = detector.save(segments[0].stream);
  ASSERT_FALSE(saved.empty());
  for (std::size_t size = 0; size < saved.size(); ++size) {
    const auto restored = detector.restore(StreamId("x"), {saved.data(), size});
    ASSERT_FALSE(restored) << size << " of " << saved.size();
    EXPECT_EQ(restored.error().code, ErrorCode::kCorrupt);
  }
  Bytes newer = saved;
  ++newer[0];
  EXPECT_FALSE(detector.restore(StreamId("x"), newer));
  EXPECT_TRUE(detector.save(StreamId("x")).empty());
}

TEST_F(SavedState, RecordsNoticeDamage) {
  StreamRecord record{.offset = 1'234'567,
                      .sequence = {},
                      .fed = WallTime(1'700'000'000s),
                      .ended = false,
                      .detector = {1, 2, 3}};
  record.sequence.take(12);
  const Bytes bytes = encode(record);
  const auto read = decode_stream_record(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->offset, record.offset);
  EXPECT_EQ(read->sequence.last(), 12);
  EXPECT_EQ(read->fed, record.fed);
  EXPECT_EQ(read->detector, record.detector);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes damaged = bytes;
    damaged[i] ^= 0x10U;
    EXPECT_FALSE(decode_stream_record(damaged)) << i;
    EXPECT_FALSE(decode_stream_record({bytes.data(), i})) << i;
  }
}

}  // namespace
}  // namespace staydown::service
