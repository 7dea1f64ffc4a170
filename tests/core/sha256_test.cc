#include "core/sha256.h"

#include <gtest/gtest.h>

namespace staydown {
namespace {

// FIPS 180-4 example: the message "abc".
TEST(Sha256, AgreesWithTheStandardsExample) {
  const std::array<std::uint8_t, 3> abc{'a', 'b', 'c'};
  const auto expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(to_hex(sha256(abc)), expected);

  Sha256Stream stream;
  for (const auto byte : abc) stream.update({&byte, 1});
  EXPECT_EQ(to_hex(stream.finish()), expected);
}

}  // namespace
}  // namespace staydown
