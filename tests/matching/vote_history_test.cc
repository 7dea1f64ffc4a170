#include "matching/vote_history.h"

#include <gtest/gtest.h>

#include <random>

#include "support/synthetic_stream.h"
#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using testing::noisy;

double mean(int a, int b) { return (a + b) / 2.0; }

// A reference and a query of which every frame is what the test says.
class VoteHistoryTest : public ::testing::Test {
 protected:
  struct Shown {
    View query, reference;
    DescriptorValue of_query, of_reference;
  };

  // The next pair of frames, half a second after the last.
  void show(const std::vector<Shown>& views) {
    timeline_.entries.clear();
    query_.clear();
    now_ += 500ms;
    for (const Shown& view : views) {
      query_.push_back({.time = now_, .view = view.query, .quality = 100, .value = view.of_query});
      timeline_.entries.push_back({.time = now_,
                                   .end = now_ + 500ms,
                                   .view = view.reference,
                                   .quality = 100,
                                   .value = view.of_reference});
    }
  }
  void show(const PdqHash& query, const PdqHash& reference) {
    show({{View::kFull, View::kFull, query, reference}});
  }
  QueryFrame frame() const {
    QueryFrame frame{now_, {}};
    for (const Descriptor& view : query_) frame.views.push_back(&view);
    return frame;
  }
  // Of the pair shown last, as its n-th view matched.
  void vote(std::size_t view = 0) { votes_.add(frame(), query_[view], timeline_, view); }
  std::optional<Movement> movement(DescriptorKind kind = DescriptorKind::kPdq) const {
    return votes_.movement(frame(), timeline_, 0, kind, *calibration_);
  }
  PdqHash away(const PdqHash& hash, int bits) { return noisy(hash, bits, random_); }
  PdqHash any() { return away(away({}, 128), 128); }

  std::shared_ptr<const Calibration> calibration_ = testing::test_calibration();
  std::mt19937_64 random_{1};
  MediaTime now_{};
  ReferenceTimeline timeline_;
  std::vector<Descriptor> query_;
  VoteHistory votes_;
};

TEST_F(VoteHistoryTest, SaysNothingBeforeTheFirstVote) {
  show(any(), any());
  EXPECT_FALSE(movement());
}

TEST_F(VoteHistoryTest, ACopyMovesWithItsReference) {
  const PdqHash first = any(), second = away(first, 40);
  show(away(first, 10), first);
  vote();
  show(away(second, 10), second);
  const auto moved = movement();
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->unchanged);
  EXPECT_GT(moved->correlation, 0.6);
  EXPECT_NEAR(moved->least, 45, 12);
  EXPECT_EQ(moved->views, 1);
}

TEST_F(VoteHistoryTest, ALookAlikeMovesAtItsOwnWill) {
  const PdqHash place = any();
  double sum = 0;
  for (int i = 0; i < 100; ++i) {
    votes_ = {};
    show(away(place, 20), away(place, 20));
    vote();
    show(away(place, 20), away(place, 20));
    sum += movement()->correlation;
  }
  EXPECT_NEAR(sum / 100, 0, 0.1);
}

TEST_F(VoteHistoryTest, ThePictureThatVotedIsUnchangedOnEitherSide) {
  const PdqHash place = any();
  show(place, place);
  vote();
  show(away(place, 6), away(place, 40));
  EXPECT_TRUE(movement()->unchanged);
  show(away(place, 40), away(place, 6));
  EXPECT_TRUE(movement()->unchanged);
  show(away(place, 7), away(place, 7));
  EXPECT_FALSE(movement()->unchanged);
}

TEST_F(VoteHistoryTest, NoOldPictureCanVoteAgain) {
  const PdqHash place = any();
  show(place, place);
  vote();
  for (int i = 0; i < 8; ++i) {
    const PdqHash other = any();
    show(other, other);
    vote();
  }
  show(place, place);
  EXPECT_TRUE(movement()->unchanged);
}

TEST_F(VoteHistoryTest, ForgetsTheOldestOfManyVotes) {
  const PdqHash place = any();
  show(place, place);
  vote();
  for (int i = 0; i < 16; ++i) {
    const PdqHash other = any();
    show(other, other);
    vote();
  }
  show(place, place);
  EXPECT_FALSE(movement()->unchanged);
}

TEST_F(VoteHistoryTest, NearVotesWeighMore) {
  const PdqHash now = any(), near = away(now, 20), far = away(now, 60);
  show(near, near);  // moved together from here: correlation 1
  vote();
  show(far, away(now, 60));  // and each on its own from here: about 0
  vote();
  show(now, now);
  const auto moved = movement();
  ASSERT_TRUE(moved);
  EXPECT_DOUBLE_EQ(moved->least, distance(now, near));
  EXPECT_GT(moved->correlation, 0.8);
  EXPECT_LT(moved->correlation, 0.99);
}

TEST_F(VoteHistoryTest, MeasuresTheMiddleBesideTheWhole) {
  const PdqHash whole = any(), middle = any(), whole_later = away(whole, 30),
                middle_later = away(middle, 50);
  const auto pair = [](const PdqHash& of_whole, const PdqHash& of_middle) {
    return std::vector<Shown>{{View::kFull, View::kFull, of_whole, of_whole},
                              {View::kCentre, View::kCentre, of_middle, of_middle}};
  };
  show(pair(whole, middle));
  vote();
  show(pair(whole_later, middle_later));
  ASSERT_TRUE(movement());
  EXPECT_EQ(movement()->views, 2);
  EXPECT_DOUBLE_EQ(movement()->least,
                   mean(distance(whole, whole_later), distance(middle, middle_later)));
  EXPECT_DOUBLE_EQ(movement()->correlation, 1);

  // Without its middle the frame is measured by the whole alone.
  show(whole_later, whole_later);
  EXPECT_EQ(movement()->views, 1);
  EXPECT_DOUBLE_EQ(movement()->least, distance(whole, whole_later));
}

TEST_F(VoteHistoryTest, MeasuresTheWholeBesideTheMiddleThatMatched) {
  const PdqHash whole = any(), middle = any(), whole_later = away(whole, 30),
                middle_later = away(middle, 50);
  show({{View::kMirrored, View::kFull, whole, whole},
        {View::kCentreMirrored, View::kCentre, middle, middle}});
  vote(1);
  show({{View::kMirrored, View::kFull, whole_later, whole_later},
        {View::kCentreMirrored, View::kCentre, middle_later, middle_later}});
  ASSERT_TRUE(movement());
  EXPECT_EQ(movement()->views, 2);
  EXPECT_DOUBLE_EQ(movement()->least,
                   mean(distance(whole, whole_later), distance(middle, middle_later)));
}

TEST_F(VoteHistoryTest, TheWholeStandsInForAViewThatIsGone) {
  const PdqHash whole = any(), trimmed = any(), whole_later = away(whole, 30);
  show({{View::kTrimmed, View::kFull, trimmed, trimmed}, {View::kFull, View::kFull, whole, whole}});
  vote();
  show(whole_later, whole_later);
  ASSERT_TRUE(movement());
  EXPECT_DOUBLE_EQ(movement()->least, distance(whole, whole_later));
}

TEST_F(VoteHistoryTest, VotesWithoutACommonViewSayNothing) {
  const PdqHash picture = any();
  show({{View::kInner, View::kFull, picture, picture}});
  vote();
  show({{View::kMirrored, View::kFull, any(), any()}});
  EXPECT_FALSE(movement());
}

TEST_F(VoteHistoryTest, KindsAreNotHeldAgainstEachOther) {
  const PdqHash picture = any();
  show(picture, picture);
  vote();
  const PdqHash later = away(picture, 30);
  const Embedding of_query{1, 0}, of_reference{0, 1};
  show({{View::kFull, View::kFull, later, later},
        {View::kFull, View::kFull, of_query, of_reference}});
  EXPECT_TRUE(movement(DescriptorKind::kPdq));
  EXPECT_FALSE(movement(DescriptorKind::kEmbedding));
  // But a picture that has not changed by one kind has not changed.
  show({{View::kFull, View::kFull, picture, picture},
        {View::kFull, View::kFull, of_query, of_reference}});
  EXPECT_TRUE(movement(DescriptorKind::kEmbedding)->unchanged);
}

// The next frame may be told by either.
TEST_F(VoteHistoryTest, AVoteCountsForBothKindsThatTheFrameHas) {
  const PdqHash picture = any(), later = away(picture, 30);
  const Embedding now{1, 0}, next{0.6F, 0.8F};
  show({{View::kFull, View::kFull, picture, picture}, {View::kPart, View::kFull, now, now}});
  vote();
  show({{View::kFull, View::kFull, later, later}, {View::kPart, View::kFull, next, next}});
  ASSERT_TRUE(movement(DescriptorKind::kPdq));
  EXPECT_DOUBLE_EQ(movement(DescriptorKind::kPdq)->correlation, 1);
  ASSERT_TRUE(movement(DescriptorKind::kEmbedding));
  EXPECT_NEAR(movement(DescriptorKind::kEmbedding)->correlation, 1, 1e-3);
  EXPECT_NEAR(movement(DescriptorKind::kEmbedding)->least, 0.4, 1e-3);
}

// The model may take two moments for one picture; that says nothing of what hashes tell apart.
TEST_F(VoteHistoryTest, WhatIsUnchangedByItsEmbeddingMayHaveChanged) {
  const PdqHash picture = any(), later = away(picture, 30);
  const Embedding same{1, 0};
  show({{View::kFull, View::kFull, picture, picture}, {View::kFull, View::kFull, same, same}});
  vote();
  show({{View::kFull, View::kFull, later, later}, {View::kFull, View::kFull, same, same}});
  EXPECT_FALSE(movement(DescriptorKind::kPdq)->unchanged);
  EXPECT_TRUE(movement(DescriptorKind::kEmbedding)->unchanged);
}

}  // namespace
}  // namespace staydown::matching
