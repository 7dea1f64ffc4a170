#include "media/sampling_plan.h"

#include <gmock/gmock.h>

#include <string>

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

// One packet per letter, `step` apart: K key, R recovery point, P reference, b disposable.
std::vector<PlannedPacket> packets(const std::string& letters, MediaTime step) {
  std::vector<PlannedPacket> result;
  for (const char letter : letters) {
    const auto kind = letter == 'K'   ? FrameKind::kKey
                      : letter == 'R' ? FrameKind::kRecoveryPoint
                      : letter == 'b' ? FrameKind::kDisposable
                                      : FrameKind::kReference;
    result.push_back({step * static_cast<std::int64_t>(result.size()), kind});
  }
  return result;
}

std::optional<SamplingPlan> plan(const std::string& letters, MediaTime step,
                                 SamplingSituation situation = {}) {
  return plan_of(packets(letters, step), step * static_cast<std::int64_t>(letters.size()),
                 SamplingPolicy{}, situation);
}

constexpr SamplingSituation kDecoding{.previous = SamplingMode::kAllFrames};
constexpr SamplingSituation kSteady{.density = Density::kSteady};
constexpr SamplingSituation kDenser{.density = Density::kDense};
constexpr SamplingSituation kGoingOn{.previous = SamplingMode::kAllFrames, .decoder_goes_on = true};

TEST(SamplingPlan, TakesKeyframesThatAreAtMostTwoSecondsApart) {
  const auto keys = plan("KPPPKPPP", 500ms);
  EXPECT_EQ(keys->mode, SamplingMode::kKeyframes);
  EXPECT_THAT(keys->decode, ElementsAre(0, 4));
  EXPECT_FALSE(keys->open_ended);
}

TEST(SamplingPlan, LeavesOutKeyframesThatAreCloserThanWanted) {
  EXPECT_THAT(plan("KKKKKKKK", 250ms)->decode, ElementsAre(0, 4));
  EXPECT_THAT(plan("KKKKKKKK", 300ms)->decode, ElementsAre(0, 3, 6));  // 0.9 s: 10 % slack
}

TEST(SamplingPlan, HasSlackThatAStreamLosesByExceedingIt) {
  EXPECT_EQ(plan("KPPPPKPPPP", 430ms)->mode, SamplingMode::kKeyframes);  // 2.15 s
  EXPECT_EQ(plan("KPPPPKPPPP", 450ms)->mode, SamplingMode::kAllFrames);  // 2.25 s
  EXPECT_EQ(plan("KPPPPKPPPP", 430ms, kDecoding)->mode, SamplingMode::kAllFrames);
  EXPECT_EQ(plan("KPPPPKPPPP", 400ms, kDecoding)->mode, SamplingMode::kKeyframes);
}

TEST(SamplingPlan, CountsTheGapAtTheEndOfTheSegment) {
  EXPECT_EQ(plan("KPPPPPPP", 500ms)->mode, SamplingMode::kAllFrames);
}

TEST(SamplingPlan, LeavesOutWhatNothingRefersToWhereThatLeavesNoGap) {
  const auto skipping = plan("KbPbPbPb", 500ms);
  EXPECT_EQ(skipping->mode, SamplingMode::kReferenceFrames);
  EXPECT_THAT(skipping->decode, ElementsAre(0, 2, 4, 6));
  EXPECT_EQ(plan("KbbPbbPbb", 500ms)->mode, SamplingMode::kAllFrames);
}

TEST(SamplingPlan, WatchesADecidedCopyEverySecond) {
  EXPECT_EQ(plan("KPKPKPKP", 500ms, kSteady)->mode, SamplingMode::kKeyframes);
  const auto steady = plan("KPPPKPPP", 500ms, kSteady);  // keyframes 2 s apart
  EXPECT_EQ(steady->mode, SamplingMode::kAllFrames);
  EXPECT_EQ(steady->interval, 1s);
}

TEST(SamplingPlan, DecodesAStreamWithAnOpenAlignmentMoreDensely) {
  const auto dense = plan("KPPPPPPPPP", 100ms, kDenser);
  EXPECT_EQ(dense->mode, SamplingMode::kAllFrames);
  EXPECT_EQ(dense->interval, 500ms);
  EXPECT_THAT(dense->decode, SizeIs(10));
  EXPECT_FALSE(dense->open_ended);
  EXPECT_EQ(plan("KKKKKKKK", 250ms, kDenser)->mode, SamplingMode::kKeyframes);
}

TEST(SamplingPlan, BeginsAtTheFirstKeyframe) {
  const auto late = plan("PPKPPPKP", 500ms);
  EXPECT_EQ(late->mode, SamplingMode::kKeyframes);
  EXPECT_THAT(late->decode, ElementsAre(2, 6));
  EXPECT_TRUE(late->leading_dropped);
  const auto decoding = plan("PPKPPPPPP", 500ms);
  EXPECT_THAT(decoding->decode, ElementsAre(2, 3, 4, 5, 6, 7, 8));
  EXPECT_TRUE(decoding->leading_dropped);
}

TEST(SamplingPlan, LeavesOutFramesThatAreShownBeforeTheKeyframeTheyFollow) {
  std::vector<PlannedPacket> open_gop = {{2s, FrameKind::kKey},
                                         {0s, FrameKind::kDisposable},
                                         {1s, FrameKind::kDisposable},
                                         {3s, FrameKind::kReference},
                                         {5s, FrameKind::kReference}};
  const auto planned = plan_of(open_gop, 6s, SamplingPolicy{}, {});
  EXPECT_EQ(planned->mode, SamplingMode::kAllFrames);
  EXPECT_THAT(planned->decode, ElementsAre(0, 3, 4));
  EXPECT_TRUE(planned->leading_dropped);
}

TEST(SamplingPlan, NeedsAPlaceToBegin) { EXPECT_EQ(plan("PPPP", 500ms), std::nullopt); }

TEST(SamplingPlan, BeginsAtARecoveryPointWhereThereIsNoKeyframe) {
  const auto refreshed = plan("PPRPPRPP", 500ms);
  EXPECT_THAT(refreshed->decode, ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_TRUE(refreshed->from_recovery_point);
  EXPECT_TRUE(refreshed->intra_refresh);
  EXPECT_TRUE(refreshed->leading_dropped);
  EXPECT_TRUE(refreshed->open_ended);
}

TEST(SamplingPlan, GoesOnFromTheSegmentBefore) {
  const auto continued = plan("PPRPPPPP", 500ms, kGoingOn);
  EXPECT_TRUE(continued->continued);
  EXPECT_FALSE(continued->leading_dropped);
  EXPECT_THAT(continued->decode, SizeIs(8));
  EXPECT_FALSE(plan("KPPPPPPP", 500ms, kGoingOn)->continued);
}

TEST(IntervalPicker, TakesTheFirstFrameOfEachInterval) {
  IntervalPicker picker(1s);
  std::vector<MediaTime> taken;
  for (const MediaTime time : {0ms, 400ms, 979ms, 981ms, 1500ms, 2100ms, 2900ms, 7000ms, 7001ms}) {
    if (picker.takes(time)) taken.push_back(time);
  }
  EXPECT_THAT(taken, ElementsAre(0ms, 981ms, 2100ms, 7000ms));
}

}  // namespace
}  // namespace staydown::media
