#include "index/embedding_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "index/references.h"

namespace staydown::index {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // of query and row, ascending

constexpr std::size_t kSize = 48;

std::vector<Embedding> random_embeddings(std::size_t count, std::mt19937_64& random) {
  std::vector<Embedding> embeddings;
  while (embeddings.size() < count) embeddings.emplace_back(random_direction(kSize, random));
  return embeddings;
}

EmbeddingRows rows_of(const std::vector<Embedding>& embeddings) {
  std::vector<const Embedding*> pointers;
  for (const Embedding& embedding : embeddings) pointers.push_back(&embedding);
  return EmbeddingRows(pointers);
}

// Rows and queries, each query with a radius of its own, and every pair measured.
struct Stored {
  explicit Stored(std::size_t count)
      : kept(random_embeddings(count, random)),
        asked(random_embeddings(100, random)),
        rows(rows_of(kept)) {
    for (int i = 0; i < 100; ++i) {
      queries.push_back({nullptr, 0.5F + 0.003F * static_cast<float>(i)});
    }
    for (std::uint32_t q = 0; q < queries.size(); ++q) {
      queries[q].embedding = &asked[q];
      for (std::uint32_t row = 0; row < kept.size(); ++row) {
        const float d = distance(asked[q], kept[row]);
        if (d <= queries[q].radius) near.emplace_back(q, row);
      }
    }
  }

  // Without those that are further away.
  Pairs exactly(const std::vector<NearRow>& found) const {
    Pairs pairs;
    for (const auto& [query, row, estimate] : found) {
      if (distance(asked[query], kept[row]) <= queries[query].radius)
        pairs.emplace_back(query, row);
    }
    std::ranges::sort(pairs);
    return pairs;
  }

  std::mt19937_64 random{7};
  std::vector<Embedding> kept, asked;
  EmbeddingRows rows;
  std::vector<EmbeddingQuery> queries;
  Pairs near;
};

TEST(EmbeddingRows, FewAreFoundExactly) {
  const Stored stored(kExactEmbeddings);  // more than FAISS multiplies at once
  const auto found = stored.rows.near(stored.queries);
  EXPECT_EQ(stored.exactly(found), stored.near);
  EXPECT_LE(found.size(), stored.near.size() + stored.near.size() / 200);  // by a float's last bits
  EXPECT_GT(found.size(), 1000U);
  EXPECT_EQ(stored.rows.bytes(), kExactEmbeddings * kSize * sizeof(float));
}

TEST(EmbeddingRows, OfMoreAlmostAllAreFound) {
  const Stored stored(kExactEmbeddings + 1);
  const auto found = stored.exactly(stored.rows.near(stored.queries));
  EXPECT_TRUE(std::ranges::includes(stored.near, found));
  EXPECT_GE(found.size(), stored.near.size() - stored.near.size() / 500);
  EXPECT_GT(found.size(), 1000U);
  EXPECT_LT(stored.rows.bytes(), (kExactEmbeddings + 1) * 40);
}

class EmbeddingRowsOf : public testing::TestWithParam<std::size_t> {};

TEST_P(EmbeddingRowsOf, GiveTheSameForOneQueryAtATimeOnManyThreads) {
  const Stored stored(GetParam());
  const auto together = stored.exactly(stored.rows.near(stored.queries));
  std::vector<std::vector<NearRow>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : found) {
      threads.emplace_back([&] {
        for (std::uint32_t q = 0; q < stored.queries.size(); ++q) {
          for (NearRow pair : stored.rows.near({&stored.queries[q], 1})) {
            mine.push_back({q, pair.row, pair.estimate});
          }
        }
      });
    }
  }
  for (const auto& mine : found) EXPECT_EQ(stored.exactly(mine), together);
}

INSTANTIATE_TEST_SUITE_P(FewAndMany, EmbeddingRowsOf,
                         testing::Values(std::size_t{1000}, kExactEmbeddings + 1));

TEST(EmbeddingRows, FindNothingForNoQuery) { EXPECT_TRUE(Stored(1).rows.near({}).empty()); }

}  // namespace
}  // namespace staydown::index
