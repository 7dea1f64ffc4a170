// at_real_time and merge on a clock that tests move.
#include <gmock/gmock.h>

#include <deque>
#include <string>
#include <thread>

#include "media/fake_clock.h"
#include "media/input_source.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Segment segment(const std::string& stream, MediaTime start, MediaTime duration) {
  Segment segment;
  segment.stream = StreamId(stream);
  segment.start = start;
  segment.duration = duration;
  return segment;
}

class Prepared final : public SegmentSource {
 public:
  explicit Prepared(std::deque<Result<std::optional<Segment>>> items) : items_(std::move(items)) {}
  Result<std::optional<Segment>> next(std::stop_token stop) override {
    if (items_.empty() || stop.stop_requested()) return std::nullopt;
    auto item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  std::deque<Result<std::optional<Segment>>> items_;
};

template <typename... Items>
std::unique_ptr<SegmentSource> source_of(Items... items) {
  std::deque<Result<std::optional<Segment>>> all;
  (all.emplace_back(std::move(items)), ...);
  return std::make_unique<Prepared>(std::move(all));
}

// "stream@end" of each segment, "error" for errors.
std::vector<std::string> told(SegmentSource& source) {
  std::vector<std::string> story;
  while (true) {
    const auto item = source.next({});
    if (item && !*item) return story;
    story.push_back(item ? (*item)->stream.value + "@" + std::to_string((*item)->end() / 1s)
                         : "error");
  }
}

TEST(AtRealTime, HandsOverEachSegmentWhenItWouldBeCompleteOnAir) {
  FakeClock clock;
  const auto source = at_real_time(
      source_of(segment("a", 0s, 2s), segment("a", 2s, 3s), segment("a", 5s, 2s)), clock);
  const auto first = source->next({}).value();
  EXPECT_EQ(first->ingested, FakeClock::kStart + 2s);
  clock.pass(10s);  // somebody was slow
  EXPECT_EQ(source->next({}).value()->ingested, FakeClock::kStart + 5s) << "ingest was not";
  EXPECT_EQ(source->next({}).value()->ingested, FakeClock::kStart + 7s);
  EXPECT_EQ(source->next({}).value(), std::nullopt);
  EXPECT_THAT(clock.waits, ElementsAre(2s, 0s, 0s));
}

TEST(AtRealTime, PassesErrorsOnAndStopsWhileItWaits) {
  FakeClock clock;
  const auto source =
      at_real_time(source_of(fail(ErrorCode::kMalformed, "bad"), segment("a", 0s, 3600s)), clock);
  EXPECT_FALSE(source->next({}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(source->next(stop.get_token()).value(), std::nullopt);
}

TEST(MachineClock, LeavesALongWaitWhenItIsToldTo) {
  std::stop_source stop;
  std::jthread other([&] { stop.request_stop(); });
  EXPECT_FALSE(machine_clock().wait_until(machine_clock().now() + 1h, stop.get_token()));
  EXPECT_TRUE(machine_clock().wait_until(machine_clock().now(), {}));
}

std::unique_ptr<SegmentSource> merged(std::vector<std::unique_ptr<SegmentSource>*> sources) {
  std::vector<std::unique_ptr<SegmentSource>> all;
  for (auto* source : sources) all.push_back(std::move(*source));
  return merge(std::move(all));
}

TEST(Merge, OrdersSegmentsByTheirEndsOnAir) {
  auto a = source_of(segment("a", 0s, 4s), segment("a", 4s, 4s), segment("a", 8s, 1s));
  auto b = source_of(segment("b", 0s, 2s), segment("b", 2s, 2s), segment("b", 4s, 9s));
  auto c = source_of(segment("c", 0s, 4s));
  EXPECT_THAT(told(*merged({&a, &b, &c})),
              ElementsAre("b@2", "a@4", "b@4", "c@4", "a@8", "a@9", "b@13"));
}

TEST(Merge, GoesOnAfterAnError) {
  auto a =
      source_of(segment("a", 0s, 2s), fail(ErrorCode::kMalformed, "bad"), segment("a", 4s, 2s));
  auto b = source_of(segment("b", 0s, 3s));
  EXPECT_THAT(told(*merged({&a, &b})), ElementsAre("a@2", "error", "b@3", "a@6"));
}

TEST(Merge, OfNothingIsNothing) { EXPECT_EQ(merge({})->next({}).value(), std::nullopt); }

}  // namespace
}  // namespace staydown::media
