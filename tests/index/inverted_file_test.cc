#include "index/inverted_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "index/references.h"

namespace staydown::index {
namespace {

constexpr std::size_t kSize = 64;

// About so far from `x`, in the length of a vector.
std::vector<float> near(const std::vector<float>& x, float away, std::mt19937_64& random) {
  auto y = random_direction(x.size(), random);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] + away * y[i];
  return unit(y);
}

// Scenes of a hundred frames, and queries that are edited frames of them.
struct Bank {
  explicit Bank(std::size_t scenes) {
    for (std::size_t scene = 0; scene < scenes; ++scene) {
      const auto middle = random_direction(kSize, random);
      for (int frame = 0; frame < 100; ++frame) kept.emplace_back(near(middle, 0.5F, random));
    }
    for (const Embedding& embedding : kept) sketches.push_back(sketch_of(embedding));
    while (queries.size() < 200) {
      queries.emplace_back(near(kept[random() % kept.size()].floats(), 0.6F, random));
    }
  }

  std::mt19937_64 random{13};
  std::vector<Embedding> kept, queries;
  std::vector<Sketch> sketches;
};

std::vector<std::uint32_t> rows_found(const InvertedFile& file, const Embedding& query,
                                      float radius) {
  std::vector<EstimatedRow> found;
  file.search(query_of(query, radius), found);
  std::vector<std::uint32_t> rows;
  for (const auto& [row, distance] : found) rows.push_back(row);
  std::ranges::sort(rows);
  return rows;
}

TEST(InvertedFile, FindsNearlyAllOfTheNearestThatMeasuringFinds) {
  constexpr std::size_t kNearest = 32;
  constexpr float kRadius = 0.4F;
  const Bank bank(1000);
  const InvertedFile file(bank.sketches, list_layout_for(bank.sketches.size()));
  std::size_t expected = 0, hit = 0;
  for (const Embedding& query : bank.queries) {
    std::vector<std::pair<float, std::uint32_t>> exact;
    for (std::uint32_t row = 0; row < bank.kept.size(); ++row) {
      const float d = distance(query, bank.kept[row]);
      if (d <= kRadius) exact.emplace_back(d, row);
    }
    std::ranges::sort(exact);
    exact.resize(std::min(exact.size(), kNearest));
    const auto rows = rows_found(file, query, kRadius);
    expected += exact.size();
    for (const auto& [d, row] : exact) hit += std::ranges::binary_search(rows, row) ? 1 : 0;
  }
  EXPECT_GT(expected, 2000U);
  EXPECT_GE(static_cast<double>(hit), 0.99 * static_cast<double>(expected));
}

TEST(InvertedFile, FindsEachRowByItself) {
  const Bank bank(400);
  const InvertedFile file(bank.sketches, list_layout_for(bank.sketches.size()));
  for (std::uint32_t row = 0; row < bank.kept.size(); row += 97) {
    const auto rows = rows_found(file, bank.kept[row], 0.2F);
    EXPECT_TRUE(std::ranges::binary_search(rows, row)) << row;
  }
}

TEST(InvertedFile, OfOneListIsAScan) {
  const Bank bank(20);
  const auto layout = list_layout_for(bank.sketches.size());
  ASSERT_EQ(layout.pivots, 1U);
  const InvertedFile file(bank.sketches, layout);
  for (const Embedding& query : bank.queries) {
    const SketchQuery asked = query_of(query, 0.4F);
    std::vector<std::uint32_t> expected;
    for (std::uint32_t row = 0; row < bank.sketches.size(); ++row) {
      if (distance(asked.sketch, bank.sketches[row]) <= asked.bits &&
          estimated_distance(asked.projections, bank.sketches[row]) <= asked.estimate) {
        expected.push_back(row);
      }
    }
    EXPECT_EQ(rows_found(file, query, 0.4F), expected);
  }
}

TEST(InvertedFile, IsTheSameWheneverItIsMade) {
  const Bank bank(400);
  const auto layout = list_layout_for(bank.sketches.size());
  const InvertedFile one(bank.sketches, layout), other(bank.sketches, layout);
  for (const Embedding& query : bank.queries) {
    EXPECT_EQ(rows_found(one, query, 0.4F), rows_found(other, query, 0.4F));
  }
}

TEST(InvertedFile, LooksAtABoundedPartOfOneSceneThatFillsTheBank) {
  std::mt19937_64 random(17);
  const Embedding scene(random_direction(kSize, random));
  const std::vector<Sketch> rows(100'000, sketch_of(scene));
  const ListLayout layout = list_layout_for(rows.size());
  const InvertedFile file(rows, layout);
  std::vector<EstimatedRow> found;
  file.search(query_of(scene, 0.4F), found);
  EXPECT_EQ(found.size(), layout.looked_at);
}

}  // namespace
}  // namespace staydown::index
