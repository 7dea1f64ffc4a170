#include "reference/timeline_builder.h"

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const BackgroundSet kNoBackground({});

PdqHash flipped(PdqHash hash, int bits) {
  for (int bit = 0; bit < bits; ++bit) hash.words[0] ^= 1ULL << bit;
  return hash;
}

Descriptor frame(MediaTime time, const PdqHash& hash, View view = View::kFull, int quality = 100) {
  return {.time = time, .view = view, .quality = quality, .value = hash};
}

ReferenceEntry entry(MediaTime time, MediaTime end, const PdqHash& hash, View view = View::kFull) {
  return {.time = time, .end = end, .view = view, .quality = 100, .generic = false, .value = hash};
}

BuiltTimeline build(const std::vector<Descriptor>& descriptors, MediaTime duration,
                    const BackgroundSet& background = kNoBackground, KnownFrames known = nullptr) {
  TimelineBuilder builder({.near_duplicate = 8, .step = 250ms}, background, std::move(known));
  builder.add(descriptors);
  return builder.finish(duration);
}

TEST(TimelineBuilder, DropsFramesLikeTheLastKeptOneAndStretchesItsEnd) {
  const PdqHash scene = hash_of(1), other = hash_of(2);
  const auto built =
      build({frame(0ms, scene), frame(250ms, flipped(scene, 8)), frame(500ms, flipped(scene, 9)),
             frame(750ms, other), frame(1000ms, scene), frame(3000ms, flipped(scene, 1))},
            10s);
  EXPECT_THAT(built.entries,
              ElementsAre(entry(0ms, 500ms, scene), entry(500ms, 750ms, flipped(scene, 9)),
                          entry(750ms, 1000ms, other), entry(1000ms, 3250ms, scene)));
  EXPECT_EQ(built.duration, MediaTime(10s));
  EXPECT_EQ(built.frames, 6U);
  EXPECT_EQ(built.kept, 4U);
}

TEST(TimelineBuilder, KeepsMoreFramesOnlyWhereThePictureChangesFast) {
  const PdqHash scene = hash_of(1), cut = flipped(scene, 32);
  TimelineBuilder builder({.near_duplicate = 8, .fast = 31, .pace = 250ms, .step = 50ms},
                          kNoBackground);
  builder.add(std::vector{frame(0ms, scene), frame(50ms, flipped(scene, 31)), frame(100ms, cut),
                          frame(150ms, flipped(scene, 9)), frame(350ms, flipped(scene, 9))});
  EXPECT_THAT(builder.finish(400ms).entries,
              ElementsAre(entry(0ms, 100ms, scene), entry(100ms, 200ms, cut),
                          entry(350ms, 400ms, flipped(scene, 9))));
}

TEST(TimelineBuilder, EndsOneStepAfterTheLastFrameWhenTheDurationIsUnknown) {
  const auto built = build({frame(0s, hash_of(1)), frame(5s, hash_of(2))}, 0s);
  EXPECT_THAT(built.entries,
              ElementsAre(entry(0s, 250ms, hash_of(1)), entry(5s, 5250ms, hash_of(2))));
  EXPECT_EQ(built.duration, MediaTime(5250ms));
}

TEST(TimelineBuilder, AFrameStandsForOneStepWhenTheNextIsFarAway) {
  const auto built = build({frame(0s, hash_of(1)), frame(5s, hash_of(2))}, 5100ms);
  EXPECT_THAT(built.entries,
              ElementsAre(entry(0s, 250ms, hash_of(1)), entry(5s, 5100ms, hash_of(2))));
  EXPECT_EQ(built.duration, MediaTime(5100ms));
}

TEST(TimelineBuilder, FollowsEachViewByItself) {
  const PdqHash full = hash_of(1), trimmed = hash_of(2), next = hash_of(3);
  const auto built =
      build({frame(0ms, full), frame(0ms, trimmed, View::kTrimmed), frame(250ms, full),
             frame(250ms, next, View::kTrimmed), frame(500ms, full), frame(750ms, full)},
            1s);
  EXPECT_THAT(built.entries,
              ElementsAre(entry(0ms, 1s, full), entry(0ms, 250ms, trimmed, View::kTrimmed),
                          entry(250ms, 500ms, next, View::kTrimmed)));
}

TEST(TimelineBuilder, KeepsTheEmbeddingOfEachFrameThatItKeeps) {
  const PdqHash scene = hash_of(1), other = hash_of(2);
  const auto embedding = [](MediaTime time, float x) {
    return Descriptor{.time = time, .quality = 100, .value = Embedding{x, 0}};
  };
  const auto built = build({frame(0ms, scene), embedding(0ms, 1), frame(250ms, scene),
                            embedding(250ms, 2), frame(500ms, other), embedding(500ms, 3)},
                           750ms);
  const auto vector_entry = [](MediaTime time, MediaTime end, float x) {
    auto kept = entry(time, end, {});
    kept.value = Embedding{x, 0};
    return kept;
  };
  EXPECT_THAT(built.entries,
              ElementsAre(entry(0ms, 500ms, scene), vector_entry(0ms, 500ms, 1),
                          entry(500ms, 750ms, other), vector_entry(500ms, 750ms, 3)));
}

TEST(TimelineBuilder, TellsFromItsHashesWhetherAFrameWouldBeKept) {
  const PdqHash scene = hash_of(1), other = hash_of(2);
  const BackgroundSet nothing({});
  TimelineBuilder builder({}, nothing);
  const auto would_keep = [&](std::vector<Descriptor> views) { return builder.would_keep(views); };
  EXPECT_TRUE(would_keep({frame(0ms, scene)}));
  builder.add(std::vector{frame(0ms, scene)});
  EXPECT_FALSE(would_keep({frame(250ms, scene)}));
  EXPECT_FALSE(would_keep({frame(250ms, flipped(scene, 8))}));
  EXPECT_TRUE(would_keep({frame(250ms, flipped(scene, 9))}));
  EXPECT_FALSE(would_keep({frame(240ms, flipped(scene, 9))}));  // too soon to be kept
  EXPECT_TRUE(would_keep({frame(250ms, other)}));
  EXPECT_TRUE(would_keep({frame(250ms, scene), frame(250ms, scene, View::kCentre)}));
}

TEST(TimelineBuilder, MarksWhatIsGenericAndSaysWhy) {
  const PdqHash card = hash_of(7), seen = hash_of(8);
  const BackgroundSet cards({card});
  const auto known = [&](const Descriptor& descriptor) -> std::optional<ReferenceId> {
    if (std::get<PdqHash>(descriptor.value) == seen) return ReferenceId("halle");
    return std::nullopt;
  };
  const auto built =
      build({frame(0s, hash_of(1), View::kFull, 5), frame(1s, hash_of(2), View::kFull, 49),
             frame(2s, flipped(card, 31)), frame(3s, flipped(card, 0), View::kFull, 50),
             frame(4s, seen), frame(5s, hash_of(3), View::kFull, 50)},
            8s, cards, known);
  std::vector<bool> generic;
  for (const auto& kept : built.entries) generic.push_back(kept.generic);
  EXPECT_THAT(generic, ElementsAre(true, true, true, true, false, false));
  const auto& composition = built.composition;
  EXPECT_EQ(composition.total, MediaTime(8s));
  EXPECT_THAT(composition.by_reason,
              ElementsAre(MediaTime(1s), MediaTime(1s), MediaTime(2s), MediaTime(1s)));
  EXPECT_THAT(composition.known, ElementsAre(std::pair(ReferenceId("halle"), MediaTime(1s))));
  EXPECT_EQ(describe(composition),
            "62 % is generic: 12 % black or plain, 12 % too blurred or empty to be told apart, "
            "25 % test cards, titles and the like, 12 % also in halle");
  EXPECT_THAT(check_distinctive(composition, "news.mp4").error(),
              IsError(ErrorCode::kTooGeneric, "news.mp4: 62 % is generic: 12 % black or plain, "));
}

TEST(TimelineBuilder, AFrameIsDistinctiveIfOneOfItsViewsIs) {
  const auto built = build(
      {frame(0s, hash_of(1), View::kFull, 30), frame(0s, hash_of(2), View::kTrimmed, 90)}, 1s);
  EXPECT_EQ(describe(built.composition), "nothing is generic");
  EXPECT_TRUE(check_distinctive(built.composition, "bars.mp4"));
}

TEST(TimelineBuilder, RefusesWhatHasNoFrames) {
  EXPECT_THAT(check_distinctive(build({}, 0s).composition, "empty.mp4").error(),
              IsError(ErrorCode::kTooGeneric, "empty.mp4: it has no frames"));
}

}  // namespace
}  // namespace staydown::reference
