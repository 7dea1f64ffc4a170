#include "index/hamming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/references.h"

namespace staydown::index {
namespace {

TEST(HammingScan, FindsExactlyTheRowsWithinTheRadius) {
  std::mt19937_64 random(1);
  const PdqHash query = random_hash(random);
  std::vector<PdqHash> rows;
  std::vector<RowDistance> expected;
  for (std::uint32_t row = 0; row < 2000; ++row) {
    const int bits = static_cast<int>(random() % 64);
    rows.push_back(edited(query, bits, random));
    if (bits <= 31) expected.push_back({row, bits});
  }

  std::vector<RowDistance> found;
  scan(query, rows, 31, found);

  EXPECT_EQ(found, expected);
}

// Rows are looked at in eights, and what is left one by one.
TEST(HammingScan, FindsARowWhereverItIs) {
  std::mt19937_64 random(2);
  const PdqHash query = random_hash(random);
  for (std::size_t count = 0; count < 26; ++count) {
    for (std::uint32_t place = 0; place < count; ++place) {
      std::vector<PdqHash> rows;
      for (std::size_t row = 0; row < count; ++row) rows.push_back(edited(query, 100, random));
      rows[place] = edited(query, 99, random);
      std::vector<RowDistance> found;
      scan(query, rows, 99, found);
      EXPECT_EQ(found, (std::vector<RowDistance>{{place, 99}})) << "of " << count;
    }
  }
}

}  // namespace
}  // namespace staydown::index
