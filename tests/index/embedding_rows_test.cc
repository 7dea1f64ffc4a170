#include "index/embedding_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <utility>

namespace staydown::index {

namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // of query and row, ascending

constexpr std::size_t kSize = 48;

Embedding random_embedding(std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> numbers(kSize);
  float squares = 0;
  for (float& number : numbers) {
    number = normal(random);
    squares += number * number;
  }
  for (float& number : numbers) number /= std::sqrt(squares);
  return Embedding(numbers);
}

// Rows and queries, each query with a radius of its own, and every pair measured.
struct Stored {
  Stored() {
    std::mt19937_64 random(7);
    for (int i = 0; i < 3000; ++i) {  // more than FAISS multiplies at once
      kept.push_back(random_embedding(random));
      rows.add(kept.back());
    }
    for (int i = 0; i < 300; ++i) {
      asked.push_back(random_embedding(random));
      queries.push_back({nullptr, 0.5F + 0.001F * static_cast<float>(i)});
    }
    for (std::uint32_t q = 0; q < queries.size(); ++q) {
      queries[q].embedding = &asked[q];
      for (std::uint32_t row = 0; row < kept.size(); ++row) {
        const float d = distance(asked[q], kept[row]);
        if (d <= queries[q].radius) near.emplace_back(q, row);
      }
    }
  }

  // Without those that are there by the last bits of a float only.
  Pairs exactly(const std::vector<NearRow>& found) const {
    Pairs pairs;
    for (const auto& [query, row] : found) {
      if (distance(asked[query], kept[row]) <= queries[query].radius)
        pairs.emplace_back(query, row);
    }
    std::ranges::sort(pairs);
    return pairs;
  }

  EmbeddingRows rows{kSize};
  std::vector<Embedding> kept, asked;
  std::vector<EmbeddingQuery> queries;
  Pairs near;
};

TEST(EmbeddingRows, FindsWhatIsWithinEachQuerysRadius) {
  const Stored stored;
  const auto found = stored.exactly(stored.rows.near(stored.queries));
  EXPECT_EQ(found, stored.near);
  EXPECT_GT(found.size(), 1000U);
}

TEST(EmbeddingRows, FindsTheSameForOneQueryAtATimeOnManyThreads) {
  const Stored stored;
  std::vector<std::vector<NearRow>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : found) {
      threads.emplace_back([&] {
        for (std::uint32_t q = 0; q < stored.queries.size(); ++q) {
          for (NearRow pair : stored.rows.near({&stored.queries[q], 1})) {
            mine.push_back({q, pair.row});
          }
        }
      });
    }
  }
  for (const auto& mine : found) EXPECT_EQ(stored.exactly(mine), stored.near);
}

TEST(EmbeddingRows, FindsNothingForNoQuery) {
  EXPECT_THAT(Stored().rows.near({}), testing::IsEmpty());
}

}  // namespace
}  // namespace staydown::index
