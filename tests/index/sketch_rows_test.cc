#include "index/sketch_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "index/references.h"

namespace staydown::index {
namespace {

struct Rows {
  explicit Rows(std::size_t count) {
    while (plain.size() < count)
      plain.push_back(edited(query, static_cast<int>(random() % 256), random));
    rows = SketchRows(plain);
  }

  std::mt19937_64 random{11};
  Sketch query = random_hash(random);
  std::vector<Sketch> plain;
  SketchRows rows{0};
};

TEST(SketchRows, AreWhatTheyWereMadeOf) {
  const Rows made(19);
  ASSERT_EQ(made.rows.size(), 19U);
  for (std::size_t row = 0; row < 19; ++row) EXPECT_EQ(made.rows[row], made.plain[row]);
}

TEST(SketchRows, AreScannedAsOneByOneInWhateverRange) {
  const Rows made(101);
  for (std::uint32_t begin = 0; begin < 101; begin += 5) {
    for (std::uint32_t end = begin; end <= 101; end += 3) {
      std::vector<std::uint32_t> found, expected;
      made.rows.scan(made.query, {begin, end}, 100, found);
      for (std::uint32_t row = begin; row < end; ++row) {
        if (distance(made.query, made.plain[row]) <= 100) expected.push_back(row);
      }
      EXPECT_EQ(found, expected) << begin << " to " << end;
    }
  }
}

TEST(SketchRows, TellTheNearestOfARangeAndTheFirstOfSeveral) {
  Rows made(101);
  made.rows.set(70, made.rows[9]);
  for (std::uint32_t begin = 0; begin < 100; begin += 7) {
    for (std::uint32_t end = begin + 1; end <= 101; end += 4) {
      RowDistance expected{begin, 257};
      for (std::uint32_t row = begin; row < end; ++row) {
        const int bits = distance(made.query, made.rows[row]);
        if (bits < expected.distance) expected = {row, bits};
      }
      EXPECT_EQ(made.rows.nearest(made.query, {begin, end}), expected) << begin << " to " << end;
    }
  }
}

}  // namespace
}  // namespace staydown::index
