#include "core/pixel_buffer.h"

#include <gtest/gtest.h>

namespace staydown {
namespace {

TEST(PixelBuffer, ReusesStorageOfADestroyedBufferOfTheSameThread) {
  const std::uint8_t* storage = nullptr;
  { storage = PixelBuffer(4096).data(); }
  EXPECT_EQ(PixelBuffer(4000).data(), storage);
}

TEST(PixelBuffer, GivesDistinctStorageToBuffersThatLiveTogether) {
  const PixelBuffer a(64), b(64);
  EXPECT_NE(a.data(), b.data());
}

TEST(PixelBuffer, MovesWithItsStorage) {
  PixelBuffer a(64);
  const auto* storage = a.data();
  PixelBuffer b;
  b = std::move(a);
  EXPECT_EQ(b.data(), storage);
  EXPECT_EQ(b.size(), 64U);
}

}  // namespace
}  // namespace staydown
