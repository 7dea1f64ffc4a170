// Copies that hashes do not see: the learned descriptor finds them in a part of the picture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <random>

#include "core/archive.h"
#include "index/reference_index.h"
#include "matching/stream_tracker.h"
#include "support/match_of.h"
#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kSize = 32;
constexpr TrackerOptions kThresholds{.review_score = 25, .takedown_score = 30};

// A picture wanders through the space of embeddings; each half second it is another.
Embedding picture_at(std::uint64_t seed, MediaTime time, std::mt19937_64* noise = nullptr) {
  std::vector<float> numbers(kSize);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> phase(0, 6.28F), speed(0.3F, 1.2F);
  const auto t = static_cast<float>(seconds(time));
  for (float& number : numbers) {
    number = std::sin(phase(random) + speed(random) * t);
    if (noise != nullptr) number += std::normal_distribution<float>(0, 0.15F)(*noise);
  }
  float square = 0;
  for (const float number : numbers) square += number * number;
  for (float& number : numbers) number /= std::sqrt(square);
  return Embedding(numbers);
}

PdqHash random_hash(std::mt19937_64& random) { return {{random(), random(), random(), random()}}; }

class LearnedTracker : public ::testing::Test {
 protected:
  LearnedTracker() {
    auto timeline = std::make_shared<ReferenceTimeline>();
    timeline->info.id = ReferenceId("attack");
    timeline->duration = 60s;
    for (MediaTime t = 0s; t < 60s; t += 500ms) {
      timeline->entries.push_back(
          {.time = t, .end = t + 500ms, .quality = 100, .value = random_hash(random_)});
      timeline->entries.push_back(
          {.time = t, .end = t + 500ms, .quality = 100, .value = picture_at(1, t)});
    }
    index_ = index::snapshot_of({timeline});
  }

  // One frame that shows `shown` in its part 3, and nothing that its hash or its whole know.
  std::vector<Match> watch(MediaTime now, const Embedding& shown) {
    const auto other = [&] { return picture_at(random_(), now); };
    std::vector<Descriptor> frame{
        {.time = now, .quality = 100, .value = random_hash(random_)},
        {.time = now, .quality = 100, .value = other()},
        {.time = now, .view = View::kPart, .region = 1, .quality = 100, .value = other()},
        {.time = now, .view = View::kPart, .region = 3, .quality = 100, .value = shown}};
    const auto hits = index_->search(frame, {.embedding_radius = 0.4F});
    const auto matches = tracker_.update({.on_air = {now, now + 500ms},
                                          .descriptors = frame,
                                          .hits = hits,
                                          .references = index_->references()});
    std::ranges::copy_if(matches, std::back_inserter(ended_),
                         [](const Match& match) { return match.ended; });
    return matches;
  }

  // Whatever has ended, now that the stream does.
  std::vector<Match> end() {
    std::ranges::copy(tracker_.finish(), std::back_inserter(ended_));
    return ended_;
  }

  // From second 10 to 30 of the stream the reference's seconds 20 to 40, in a corner.
  std::vector<Match> show_copy() {
    for (MediaTime now = 0s; now < 40s; now += 500ms) {
      const bool copied = now >= 10s && now < 30s;
      watch(now, copied ? picture_at(1, now + 10s, &random_) : picture_at(random_(), now));
    }
    return end();
  }

  std::mt19937_64 random_{5};
  std::shared_ptr<const index::IndexSnapshot> index_;
  std::shared_ptr<const Calibration> calibration_ = testing::calibration_of_both();
  std::vector<Match> ended_;
  StreamTracker tracker_{calibration_, kThresholds};
};

TEST_F(LearnedTracker, FindsACopyInAPartOfThePicture) {
  const auto matches = show_copy();
  ASSERT_EQ(matches.size(), 1U);
  const Match& match = matches[0];
  EXPECT_GE(match.score, kThresholds.takedown_score);
  EXPECT_NEAR(seconds(match.query.begin), 10, 1);
  EXPECT_NEAR(seconds(match.query.end), 30, 1);
  EXPECT_NEAR(seconds(match.interval.begin), 20, 1);
  EXPECT_NEAR(seconds(match.interval.end), 40, 1);
  for (const Evidence& evidence : match.evidence) {
    EXPECT_EQ(evidence.kind, DescriptorKind::kEmbedding);
    EXPECT_EQ(evidence.query_view, View::kPart);
  }
}

// Which kind of descriptor shows the copy is not known: of what both find half of each counts.
TEST_F(LearnedTracker, MixesWhatBothKindsSayOfTheFirstFrame) {
  const auto& entries = index_->references().at(ReferenceId("attack"))->entries;
  const auto score_of = [&](const DescriptorValue& hash, const DescriptorValue& embedding) {
    const std::vector<Descriptor> frame{{.time = 1s, .quality = 100, .value = hash},
                                        {.time = 1s, .quality = 100, .value = embedding}};
    StreamTracker tracker(calibration_, kThresholds);
    tracker.update({.on_air = {1s, 2s},
                    .descriptors = frame,
                    .hits = index_->search(frame, {.embedding_radius = 0.01F}),
                    .references = index_->references()});
    return tracker.score();
  };
  const DescriptorValue hash = entries[80].value, embedding = entries[81].value;
  const DescriptorValue other_hash = random_hash(random_), other = picture_at(random_(), 0s);
  EXPECT_NEAR(score_of(hash, other), std::log(std::exp(14) / 2), 1e-6);
  EXPECT_NEAR(score_of(other_hash, embedding), std::log(std::exp(12) / 2), 1e-6);
  EXPECT_NEAR(score_of(hash, embedding), std::log((std::exp(14) + std::exp(12)) / 2), 1e-6);
}

TEST_F(LearnedTracker, SaysNothingOfOtherPictures) {
  for (MediaTime now = 0s; now < 300s; now += 500ms) {
    EXPECT_THAT(watch(now, picture_at(random_(), now)), IsEmpty());
  }
  EXPECT_THAT(end(), IsEmpty());
}

// One picture of the reference that stands still is no showing of it.
TEST_F(LearnedTracker, APictureThatDoesNotChangeVotesOnce) {
  for (MediaTime now = 0s; now < 30s; now += 500ms) watch(now, picture_at(1, 25s, &random_));
  EXPECT_THAT(end(), IsEmpty());
}

TEST_F(LearnedTracker, GoesOnFromSavedStateInWhichNoOldEmbeddingsLie) {
  StreamTracker other(calibration_, kThresholds);
  for (MediaTime now = 0s; now < 10s; now += 500ms) watch(now, picture_at(random_(), now));
  ArchiveWriter before;
  tracker_.save(before);
  EXPECT_LT(before.bytes().size(), 20 * 60U);  // twenty hashes and their times
  for (MediaTime now = 10s; now < 14s; now += 500ms) {
    watch(now, picture_at(1, now + 10s, &random_));
  }
  ArchiveWriter archive;
  tracker_.save(archive);
  StreamTracker restored(calibration_, kThresholds);
  ArchiveReader reader(archive.bytes(), archive.references());
  ASSERT_TRUE(restored.load(reader));
  ASSERT_FALSE(reader.failed());
  EXPECT_EQ(restored.score(), tracker_.score());
  tracker_ = std::move(restored);
  for (MediaTime now = 14s; now < 30s; now += 500ms) {
    watch(now, picture_at(1, now + 10s, &random_));
  }
  const auto matches = end();
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_NEAR(seconds(matches[0].query.begin), 10, 1);
  EXPECT_NEAR(seconds(matches[0].query.end), 30, 1);
}

}  // namespace
}  // namespace staydown::matching
