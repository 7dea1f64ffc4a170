#include "matching/frame_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "support/synthetic_stream.h"
#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using testing::noisy;

ReferenceEntry entry(MediaTime time, MediaTime end, const PdqHash& hash, View view = View::kFull) {
  return {.time = time, .end = end, .view = view, .quality = 100, .value = hash};
}

class FrameScoreTest : public ::testing::Test {
 protected:
  PdqHash any() { return noisy(noisy({}, 128, random_), 128, random_); }
  std::optional<FrameScore> score(const PdqHash& query, double center) {
    query_ = {.time = 0s, .quality = 100, .value = query};
    return score_frame({0s, {&query_}}, timeline_, {center, 0.5}, {}, {}, *calibration_);
  }

  std::mt19937_64 random_{1};
  std::shared_ptr<const Calibration> calibration_ = testing::test_calibration();
  ReferenceTimeline timeline_;
  Descriptor query_;
};

TEST_F(FrameScoreTest, APairIsAsExactInTimeAsTheReferenceIsDense) {
  std::vector<PdqHash> pictures;
  for (int i = 0; i < 20; ++i) {  // first each half second, then each 120 ms
    const MediaTime time = i < 10 ? i * 500ms : 5000ms + (i - 10) * 120ms;
    pictures.push_back(any());
    timeline_.entries.push_back(entry(time, time + (i < 9 ? 500ms : 120ms), pictures.back()));
  }
  const auto slow = score(pictures[4], 2.0), fast = score(pictures[15], 5.6);
  ASSERT_TRUE(slow && fast);
  EXPECT_EQ(slow->entry, 4U);
  EXPECT_EQ(fast->entry, 15U);
  EXPECT_NEAR(slow->reference_sigma, 0.25, 0.01);
  EXPECT_NEAR(fast->reference_sigma, 0.06, 0.01);
}

// In a nearly still picture every moment has about the same embedding; hashes tell them apart.
TEST_F(FrameScoreTest, HashesSayWhereInTheReferenceAFrameIsFrom) {
  calibration_ = testing::calibration_of_both();
  const Embedding still(std::vector<float>{1, 0, 0, 0}),
      still_too(std::vector<float>{0.999F, 0.0447F, 0, 0});
  const PdqHash picture = any();
  for (int i = 0; i < 5; ++i) {
    const MediaTime time = i * 500ms;
    timeline_.entries.push_back(
        entry(time, time + 500ms, i == 3 ? noisy(picture, 4, random_) : any()));
    timeline_.entries.push_back(timeline_.entries.back());
    timeline_.entries.back().value = i == 1 ? still : still_too;
  }
  const Descriptor hash{.time = 0s, .quality = 100, .value = picture};
  const Descriptor embedding{.time = 0s, .quality = 100, .value = still};
  const auto found =
      score_frame({0s, {&hash, &embedding}}, timeline_, {1, 1}, {}, {}, *calibration_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entry, 6U);
  EXPECT_NEAR(found->reference_time, 1.5, 0.01);
}

TEST_F(FrameScoreTest, AStillStretchLeavesTheTimeOpen) {
  const PdqHash still = any();
  timeline_.entries = {entry(0s, 20s, still), entry(20s, 21s, any())};
  const auto found = score(still, 12.0);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->reference_time, 12, 0.01);
  EXPECT_GT(found->reference_sigma, 4);
}

TEST_F(FrameScoreTest, AViewStandsForItsTimeUntilItsEnd) {
  const PdqHash middle = any();
  timeline_.entries.push_back(entry(0s, 4s, middle, View::kCentre));
  for (int second = 0; second < 10; ++second) {
    timeline_.entries.push_back(entry(second * 1s, second * 1s + 1s, any()));
  }
  const auto at = [&](std::size_t i) {
    return view_at(timeline_, i, View::kCentre, DescriptorKind::kPdq);
  };
  EXPECT_EQ(at(1), &timeline_.entries[0]);  // of the same frame
  EXPECT_EQ(at(4), &timeline_.entries[0]);  // at 3 s
  EXPECT_EQ(at(5), nullptr);                // at 4 s: over
  EXPECT_EQ(view_at(timeline_, 3, View::kTrimmed, DescriptorKind::kPdq), nullptr);
  EXPECT_EQ(view_at(timeline_, 3, View::kCentre, DescriptorKind::kEmbedding), nullptr);
}

TEST_F(FrameScoreTest, AFrameAtTheEndOfALongStretchIsStillItsOwn) {
  const PdqHash still = any();
  timeline_.entries.push_back(entry(0s, 10s, still, View::kFull));
  for (int i = 1; i < 40; ++i) {  // a trimmed view that moves meanwhile
    timeline_.entries.push_back(entry(i * 250ms, i * 250ms + 250ms, any(), View::kTrimmed));
  }
  const auto found = score(still, 9.5);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entry, 0U);
  EXPECT_GT(found->log_ratio, 5);
}

TEST_F(FrameScoreTest, MostCopiesAreSeenWholeOrWithoutTheirBars) {
  const auto view = [](View v) { return Descriptor{.view = v, .value = PdqHash{}}; };
  const Descriptor full = view(View::kFull), mirrored = view(View::kMirrored),
                   trimmed = view(View::kTrimmed);
  const QueryFrame plain{0s, {&full, &mirrored}}, barred{0s, {&full, &mirrored, &trimmed}};
  EXPECT_DOUBLE_EQ(log_prior(full, plain), std::log(8.0 / 9));
  EXPECT_DOUBLE_EQ(log_prior(mirrored, plain), std::log(1.0 / 9));
  EXPECT_DOUBLE_EQ(log_prior(trimmed, barred), std::log(8.0 / 17));
}

TEST_F(FrameScoreTest, CopiesAreSeenByEachKindOfDescriptorAsOften) {
  const auto learned = [](View v) { return Descriptor{.view = v, .value = Embedding{1, 0}}; };
  const Descriptor hash{.view = View::kFull, .value = PdqHash{}};
  const Descriptor whole = learned(View::kFull), part = learned(View::kPart);
  const QueryFrame frame{0s, {&hash, &whole, &part, &part}};
  EXPECT_DOUBLE_EQ(log_prior(hash, frame), std::log(0.5));
  EXPECT_DOUBLE_EQ(log_prior(whole, frame), std::log(0.5 * 8 / 10));
  EXPECT_DOUBLE_EQ(log_prior(part, frame), std::log(0.5 / 10));
}

}  // namespace
}  // namespace staydown::matching
