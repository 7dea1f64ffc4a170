#include "core/descriptor.h"

#include <gtest/gtest.h>

#include <cmath>

namespace staydown {
namespace {

TEST(PdqDistance, CountsDifferingBits) {
  const PdqHash a{{0, 0, 0, 0}}, b{{1, 0, 3, ~0ULL}};
  EXPECT_EQ(distance(a, b), 67);
  EXPECT_EQ(distance(b, b), 0);
}

TEST(EmbeddingDistance, IsOneMinusCosine) {
  EXPECT_FLOAT_EQ(distance(Embedding{1, 0}, Embedding{0, 1}), 1.0F);
  EXPECT_FLOAT_EQ(distance(Embedding{1, 0}, Embedding{1, 0}), 0.0F);
}

TEST(DescriptorDistance, NeverMixesKinds) {
  EXPECT_TRUE(std::isinf(distance(DescriptorValue{PdqHash{}}, DescriptorValue{Embedding{1.0F}})));
}

}  // namespace
}  // namespace staydown
