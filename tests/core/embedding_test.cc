#include "core/embedding.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

namespace staydown {
namespace {

using testing::ElementsAre;

std::vector<Half> halves_of(std::vector<float> floats) {
  std::vector<Half> halves(floats.size());
  to_halves(floats, halves);
  return halves;
}

// IEEE 754-2008, 3.6; the vectors are longer than a register, so that both ways of converting are
// taken: eight at a time, and the rest.
TEST(Half, IsTheNearestOfBinary16) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> floats = {
      0.0F,    -0.0F,         1.0F, -2.0F,    65504.0F,  65520.0F,           6e-8F,
      2.9e-8F, 6.1035156e-5F, 0.1F, infinity, -infinity, 1.0F + 1.0F / 2048, 1.0F + 3.0F / 2048};
  EXPECT_THAT(halves_of(floats), ElementsAre(0, 0x8000, 0x3C00, 0xC000, 0x7BFF, 0x7C00, 1, 0,
                                             0x0400, 0x2E66, 0x7C00, 0xFC00, 0x3C00, 0x3C02));
  for (const float number : floats) {
    EXPECT_EQ(halves_of({number})[0], halves_of(std::vector<float>(8, number))[3]) << number;
  }
}

TEST(Half, ComesBackAsItWasForEveryValue) {
  std::vector<Half> all;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const bool is_number = (bits & 0x7C00U) != 0x7C00U || (bits & 0x3FFU) == 0;
    if (is_number) all.push_back(static_cast<Half>(bits));
  }
  std::vector<float> floats(all.size());
  to_floats(all, floats);
  EXPECT_EQ(halves_of(floats), all);
  for (std::size_t i = 0; i < 40; ++i) {  // one at a time
    std::vector<float> one(1);
    to_floats(std::span(all).subspan(i * 1500, 1), one);
    EXPECT_EQ(one[0], floats[i * 1500]);
    EXPECT_EQ(halves_of(one)[0], all[i * 1500]);
  }
}

TEST(Embedding, KeepsWhatAHalfFloatHolds) {
  const Embedding embedding{0.5F, 0.1F, -1.0F};
  EXPECT_EQ(embedding.size(), 3U);
  EXPECT_THAT(embedding.floats(), ElementsAre(0.5F, 0.099975586F, -1.0F));
  EXPECT_EQ(embedding, (Embedding{0.5F, 0.1F, -1.0F}));
  EXPECT_FALSE(embedding == (Embedding{0.5F, 0.1F}));
  EXPECT_TRUE(Embedding().empty());
}

TEST(Embedding, SharesTheNumbersOfItsCopies) {
  const Embedding embedding{0.5F, 0.25F};
  const Embedding copy = embedding;
  EXPECT_EQ(copy.halves().data(), embedding.halves().data());
}

// Of lengths on either side of what is summed in registers.
TEST(Embedding, MultipliesAsFloatsDo) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> number(-1, 1);
  for (const std::size_t size : {1U, 7U, 16U, 31U, 256U, 300U}) {
    std::vector<float> a(size), b(size);
    for (std::size_t i = 0; i < size; ++i) a[i] = number(random), b[i] = number(random);
    const Embedding of_a(a), of_b(b);
    double product = 0;
    const auto rounded_a = of_a.floats(), rounded_b = of_b.floats();
    for (std::size_t i = 0; i < size; ++i) product += double{rounded_a[i]} * rounded_b[i];
    EXPECT_NEAR(dot(of_a.halves(), of_b.halves()), product, 1e-4) << size;
  }
}

}  // namespace
}  // namespace staydown
