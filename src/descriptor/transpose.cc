#include "descriptor/transpose.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace staydown::descriptor {
namespace {

constexpr int kBlock = 8;

// Swaps rows and columns of 8 x 8 bytes by swapping quarters of ever smaller size.
void transpose_block(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
                     std::ptrdiff_t to_stride) {
  std::array<std::uint64_t, kBlock> rows{};
  for (std::size_t i = 0; i < kBlock; ++i) {
    std::memcpy(&rows[i], from + static_cast<std::ptrdiff_t>(i) * from_stride, kBlock);
  }
  const auto swap = [&rows](std::size_t low, std::size_t high, unsigned bits, std::uint64_t mask) {
    const std::uint64_t difference = ((rows[low] >> bits) ^ rows[high]) & mask;
    rows[high] ^= difference;
    rows[low] ^= difference << bits;
  };
  for (std::size_t i = 0; i < 4; ++i) swap(i, i + 4, 32, 0x00000000FFFFFFFFULL);
  for (const std::size_t i : {0U, 1U, 4U, 5U}) swap(i, i + 2, 16, 0x0000FFFF0000FFFFULL);
  for (const std::size_t i : {0U, 2U, 4U, 6U}) swap(i, i + 1, 8, 0x00FF00FF00FF00FFULL);
  for (std::size_t i = 0; i < kBlock; ++i) {
    std::memcpy(to + static_cast<std::ptrdiff_t>(i) * to_stride, &rows[i], kBlock);
  }
}

}  // namespace

Image transposed(const Image& image) {
  Image out(image.height, image.width, 1);
  const int blocks_end_x = image.width / kBlock * kBlock;
  const int blocks_end_y = image.height / kBlock * kBlock;
  for (int y = 0; y < blocks_end_y; y += kBlock) {
    for (int x = 0; x < blocks_end_x; x += kBlock) {
      transpose_block(image.row(y) + x, image.width, out.row(x) + y, out.width);
    }
  }
  for (int y = 0; y < image.height; ++y) {
    for (int x = y < blocks_end_y ? blocks_end_x : 0; x < image.width; ++x) {
      out.row(x)[y] = image.row(y)[x];
    }
  }
  return out;
}

}  // namespace staydown::descriptor
