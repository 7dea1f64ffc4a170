#include "index/hash_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "index/references.h"

namespace staydown::index {
namespace {

std::vector<PdqHash> random_hashes(std::size_t count, std::mt19937_64& random) {
  std::vector<PdqHash> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(random_hash(random));
  return hashes;
}

TEST(HashTables, FindNearlyAllThatAScanFindsAndNothingElse) {
  std::mt19937_64 random(3);
  auto rows = random_hashes(50'000, random);
  std::size_t expected = 0, hit = 0;
  std::vector<PdqHash> queries;
  for (std::size_t i = 0; i < 400; ++i) {
    queries.push_back(edited(rows[i], static_cast<int>(random() % 32), random));
    rows.push_back(edited(queries.back(), 31, random));  // the hardest
  }
  const HashTables tables(rows, layout_for(rows.size()));
  for (const PdqHash& query : queries) {
    std::vector<RowDistance> exact, found;
    scan(query, rows, 31, exact);
    tables.search(query, rows, 31, found);
    expected += exact.size();
    hit += found.size();
    EXPECT_TRUE(std::ranges::includes(exact, found, {}, &RowDistance::row, &RowDistance::row));
    EXPECT_TRUE(std::ranges::is_sorted(found, {}, &RowDistance::row));
  }
  EXPECT_GE(static_cast<double>(hit), 0.99 * static_cast<double>(expected));
}

// With sixteen disjoint keys of 16 bits one key has at most one of 31 flips (Norouzi et al.).
TEST(HashTables, AreExactWhereTheProofHolds) {
  std::mt19937_64 random(4);
  auto rows = random_hashes(5'000, random);
  const PdqHash query = random_hash(random);
  for (int bits = 0; bits < 60; ++bits) rows.push_back(edited(query, bits, random));
  const HashTables tables(rows, {.tables = 16, .key_bits = 16});
  std::vector<RowDistance> exact, found;
  scan(query, rows, 31, exact);
  tables.search(query, rows, 31, found);
  EXPECT_EQ(found, exact);
}

TEST(HashTables, LookAtABoundedPartOfOneSceneThatFillsTheBank) {
  std::mt19937_64 random(5);
  const std::vector<PdqHash> rows(100'000, random_hash(random));
  const HashTables tables(rows, layout_for(rows.size()));
  std::vector<RowDistance> found;
  tables.search(rows.front(), rows, 31, found);
  EXPECT_EQ(found.size(), kBucketLimit);
}

}  // namespace
}  // namespace staydown::index
