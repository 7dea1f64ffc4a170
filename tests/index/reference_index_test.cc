#include "index/reference_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <thread>
#include <tuple>

#include "index/references.h"

namespace staydown {

void PrintTo(const Hit& hit, std::ostream* out) {
  *out << "{descriptor " << hit.descriptor << ", " << hit.reference->info.id.value << "/"
       << hit.reference->generation << "[" << hit.entry << "], distance " << hit.distance << "}";
}

bool operator==(const Hit& a, const Hit& b) {
  return std::tie(a.descriptor, a.reference, a.entry, a.distance) ==
         std::tie(b.descriptor, b.reference, b.entry, b.distance);
}

namespace index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr PdqHash kSky{{0, 0, 0, 0}}, kStreet{{~0ULL, ~0ULL, ~0ULL, ~0ULL}};
constexpr PdqHash kSkyEdited{{3, 0, 0, 0}}, kSkyFar{{~0U, 0, 0, 0}};

MATCHER_P4(HitOf, descriptor, id, entry, distance, "") {
  return arg.descriptor == static_cast<std::uint32_t>(descriptor) &&
         arg.reference->info.id.value == id && arg.entry == static_cast<std::uint32_t>(entry) &&
         std::abs(arg.distance - static_cast<float>(distance)) < 1e-5F;
}

std::vector<Hit> search(const ReferenceIndex& index, std::vector<Descriptor> descriptors,
                        const SearchOptions& options = {}) {
  return index.snapshot()->search(descriptors, options);
}

TEST(ReferenceIndex, FindsNothingWhileEmpty) {
  const ReferenceIndex index;
  EXPECT_THAT(search(index, {query_of(kSky)}), IsEmpty());
  EXPECT_EQ(index.snapshot()->entries(), 0U);
  EXPECT_THAT(index.snapshot()->references(), IsEmpty());
}

TEST(ReferenceIndex, OrdersHitsByDescriptorThenDistanceThenReferenceAndEntry) {
  ReferenceIndex index;
  index.add({reference_of("b", {entry_of(kSky), entry_of(kSkyEdited), entry_of(kSky)}),
             reference_of("a", {entry_of(kStreet), entry_of(kSky)})});

  EXPECT_THAT(search(index, {query_of(kSky), query_of(kStreet)}),
              ElementsAre(HitOf(0, "a", 1, 0), HitOf(0, "b", 0, 0), HitOf(0, "b", 2, 0),
                          HitOf(0, "b", 1, 2), HitOf(1, "a", 0, 0)));
}

TEST(ReferenceIndex, FindsWhatLiesAtTheRadiusAndNotBeyond) {
  ReferenceIndex index;
  index.add({reference_of("a", {entry_of(kSky)})});
  EXPECT_THAT(search(index, {query_of(kSkyFar)}, {.pdq_radius = 32}),
              ElementsAre(HitOf(0, "a", 0, 32)));
  EXPECT_THAT(search(index, {query_of(kSkyFar)}, {.pdq_radius = 31}), IsEmpty());
}

TEST(ReferenceIndex, KeepsTheClosestHitsOfEachDescriptor) {
  ReferenceIndex index;
  index.add({reference_of("a", {entry_of(kSkyEdited), entry_of(kSky), entry_of(kSky)})});
  EXPECT_THAT(search(index, {query_of(kSky), query_of(kSkyEdited)}, {.max_hits = 2}),
              ElementsAre(HitOf(0, "a", 1, 0), HitOf(0, "a", 2, 0), HitOf(1, "a", 0, 0),
                          HitOf(1, "a", 1, 2)));
}

TEST(ReferenceIndex, LeavesOutWhatSaysTooLittle) {
  auto generic = entry_of(kSky);
  generic.generic = true;
  auto faint = entry_of(kSky);
  faint.quality = 49;
  ReferenceIndex index;
  index.add({reference_of("a", {generic, faint, entry_of(kSky)})});

  auto faint_query = query_of(kSky);
  faint_query.quality = 49;
  EXPECT_THAT(search(index, {query_of(kSky), faint_query}), ElementsAre(HitOf(0, "a", 2, 0)));
  EXPECT_THAT(search(index, {faint_query}, {.min_pdq_quality = 49}),
              ElementsAre(HitOf(0, "a", 1, 0), HitOf(0, "a", 2, 0)));
  EXPECT_EQ(index.snapshot()->entries(), 2U);
}

TEST(ReferenceIndex, ComparesEmbeddingsOfOneSizeOnly) {
  ReferenceIndex index;
  index.add({reference_of(
      "a", {entry_of(Embedding{1, 0}), entry_of(Embedding{0.625F, 0.78125F}),
            entry_of(Embedding{0, 1}), entry_of(Embedding{1, 0, 0}), entry_of(kSky)})});
  EXPECT_THAT(search(index, {query_of(Embedding{1, 0}), query_of(Embedding{1, 0, 0})}),
              ElementsAre(HitOf(0, "a", 0, 0), HitOf(0, "a", 1, 0.375), HitOf(1, "a", 3, 0)));
}

TEST(ReferenceIndex, PutsWhatIsCommonFurtherAway) {
  ReferenceIndex index;
  index.add({reference_of("a", {entry_of(Embedding{1, 0}), entry_of(Embedding{0.8F, 0.6F})})});
  auto query = query_of(Embedding{1, 0});
  query.commonness = 0.4F;
  EXPECT_THAT(search(index, {query}, {.embedding_radius = 0.5F}),
              ElementsAre(HitOf(0, "a", 0, 0.4)));
  query.commonness = 0.6F;
  EXPECT_THAT(search(index, {query}, {.embedding_radius = 0.5F}), testing::IsEmpty());
}

TEST(ReferenceIndex, ReplacesWhatWasThereUnderTheSameId) {
  ReferenceIndex index;
  index.add({reference_of("a", {entry_of(kSky)}, 1), reference_of("b", {entry_of(kSky)}, 1)});
  const auto before = index.snapshot();
  index.add({reference_of("a", {entry_of(kStreet)}, 2)});

  EXPECT_THAT(search(index, {query_of(kSky)}), ElementsAre(HitOf(0, "b", 0, 0)));
  EXPECT_THAT(search(index, {query_of(kStreet)}), ElementsAre(HitOf(0, "a", 0, 0)));
  EXPECT_EQ(index.snapshot()->references().at(ReferenceId("a"))->generation, 2U);
  EXPECT_EQ(index.snapshot()->entries(), 2U);
  EXPECT_GT(index.snapshot()->version(), before->version());
  EXPECT_THAT(before->search(std::vector{query_of(kSky)}, {}),
              ElementsAre(HitOf(0, "a", 0, 0), HitOf(0, "b", 0, 0)));
}

TEST(ReferenceIndex, ForgetsWhatIsRemovedAndTakesItBack) {
  ReferenceIndex index;
  const auto reference = reference_of("a", {entry_of(kSky)});
  index.add({reference, reference_of("b", {entry_of(kSkyEdited)})});
  index.remove(std::vector{ReferenceId("a"), ReferenceId("never added")});
  EXPECT_THAT(search(index, {query_of(kSky)}), ElementsAre(HitOf(0, "b", 0, 2)));
  EXPECT_EQ(index.snapshot()->entries(), 1U);
  index.add({reference});
  EXPECT_THAT(search(index, {query_of(kSky)}),
              ElementsAre(HitOf(0, "a", 0, 0), HitOf(0, "b", 0, 2)));
}

// The contract, word for word.
class NaiveIndex {
 public:
  void add(const ReferenceTimelinePtr& reference) { live_[reference->info.id] = reference; }
  void remove(const ReferenceId& id) { live_.erase(id); }
  std::vector<Hit> search(std::span<const Descriptor> descriptors,
                          const SearchOptions& options) const {
    std::vector<Hit> all;
    for (std::uint32_t i = 0; i < descriptors.size(); ++i) {
      std::vector<Hit> hits;
      for (const auto& [id, reference] : live_) {
        for (std::uint32_t e = 0; e < reference->entries.size(); ++e) {
          const float d = distance(descriptors[i].value, reference->entries[e].value);
          const bool said = !reference->entries[e].generic;
          if (said && d <= static_cast<float>(options.pdq_radius))
            hits.push_back({i, reference, e, d});
        }
      }
      std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
        return a.distance < b.distance;  // the rest is in order already
      });
      if (hits.size() > static_cast<std::size_t>(options.max_hits)) {
        hits.resize(static_cast<std::size_t>(options.max_hits));
      }
      all.insert(all.end(), hits.begin(), hits.end());
    }
    return all;
  }

 private:
  std::map<ReferenceId, ReferenceTimelinePtr> live_;
};

// References whose frames are near a few scenes, so that they hit each other.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 40; ++i) scenes_.push_back(random_hash(random_));
  }

  ReferenceTimelinePtr reference(const std::string& id, std::size_t frames) {
    std::vector<ReferenceEntry> entries;
    for (std::size_t i = 0; i < frames; ++i) {
      entries.push_back(entry_of(frame()));
      entries.back().generic = random_() % 16 == 0;
    }
    return reference_of(id, std::move(entries), ++generation_);
  }

  std::vector<Descriptor> segment() {
    std::vector<Descriptor> descriptors;
    for (int i = 0; i < 8; ++i) descriptors.push_back(query_of(frame()));
    return descriptors;
  }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

 private:
  PdqHash frame() {
    if (random_() % 4 != 0) return random_hash(random_);
    return edited(scenes_[random_() % scenes_.size()], static_cast<int>(random_() % 9), random_);
  }

  std::mt19937_64 random_;
  std::vector<PdqHash> scenes_;
  std::uint64_t generation_ = 0;
};

// While blocks are sealed and merged behind its back. Frames of a scene are at most 16 bits apart,
// where the large blocks' hash tables miss one in 10^8.
TEST(ReferenceIndex, AnswersAsTheNaiveIndexDoesAfterEveryChange) {
  World world(7);
  ReferenceIndex index;
  NaiveIndex naive;
  for (int round = 0; round < 60; ++round) {
    std::vector<ReferenceTimelinePtr> added;
    for (std::uint64_t i = world.below(3) + 1; i > 0; --i) {
      added.push_back(world.reference("ref-" + std::to_string(world.below(40)), world.below(2500)));
      naive.add(added.back());
    }
    index.add(added);
    if (round % 3 == 2) {
      const std::vector ids{ReferenceId("ref-" + std::to_string(world.below(40)))};
      naive.remove(ids.front());
      index.remove(ids);
    }
    const auto segment = world.segment();
    ASSERT_EQ(search(index, segment), naive.search(segment, {})) << "round " << round;
  }
}

// A reader sees a state that was published: all entries of a generation, and of one only.
TEST(ReferenceIndex, ReadersSeeWholeGenerationsWhileItChanges) {
  constexpr std::size_t kFrames = 3000;
  ReferenceIndex index;
  const auto generation = [&](std::uint64_t number) {
    std::vector<ReferenceEntry> entries(kFrames, entry_of(number % 2 == 0 ? kSky : kStreet));
    return reference_of("a", entries, number);
  };
  index.add({generation(0)});
  const auto read = [&](const std::stop_token& stop) {
    std::uint64_t version = 0;
    do {
      const auto snapshot = index.snapshot();
      EXPECT_GE(snapshot->version(), version);
      version = snapshot->version();
      const std::vector both{query_of(kSky), query_of(kStreet)};
      const auto hits = snapshot->search(both, {.max_hits = 2 * kFrames});
      EXPECT_EQ(hits.size(), kFrames);
      const auto& now = snapshot->references().at(ReferenceId("a"));
      EXPECT_TRUE(std::all_of(hits.begin(), hits.end(),
                              [&](const Hit& hit) { return hit.reference == now; }));
    } while (!stop.stop_requested());
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);

  World world(11);
  for (std::uint64_t number = 1; number <= 60; ++number) {
    index.add({generation(number), world.reference("other-" + std::to_string(number % 20), 2000)});
  }
}

}  // namespace
}  // namespace index
}  // namespace staydown
