#include "descriptor/pdq.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "descriptor/pdq_grid.h"

namespace staydown::descriptor {
namespace {

// PDQ (Davis et al., Facebook 2019): 16 x 16 low frequencies of the 64 x 64 DCT, without the first
// row and column.
constexpr std::size_t kBits = 16;
constexpr std::size_t kGrid = kGridSize;

using Coefficients = std::array<float, kBits * kBits>;  // row by row: vertical frequency first

// Frequencies 1-16 at 64 samples.
struct CosineTable {
  std::array<std::array<float, kGrid>, kBits> by_frequency{};
  std::array<std::array<float, kBits>, kGrid> by_sample{};

  CosineTable() {
    for (std::size_t f = 0; f < kBits; ++f) {
      for (std::size_t x = 0; x < kGrid; ++x) {
        const double angle = std::numbers::pi / (2.0 * kGrid) * static_cast<double>(f + 1) *
                             static_cast<double>(2 * x + 1);
        by_frequency[f][x] = static_cast<float>(std::sqrt(2.0 / kGrid) * std::cos(angle));
        by_sample[x][f] = by_frequency[f][x];
      }
    }
  }
};

const CosineTable& cosines() {
  static const CosineTable table;
  return table;
}

Coefficients low_frequencies(const PdqGrid& grid) {
  const CosineTable& table = cosines();
  Coefficients out{};
  for (std::size_t f = 0; f < kBits; ++f) {
    std::array<float, kGrid> column{};  // the grid's columns, transformed at vertical frequency f
    for (std::size_t y = 0; y < kGrid; ++y) {
      const float weight = table.by_frequency[f][y];
      const float* row = grid.data() + y * kGrid;
      for (std::size_t x = 0; x < kGrid; ++x) column[x] += weight * row[x];
    }
    float* result = out.data() + f * kBits;
    for (std::size_t x = 0; x < kGrid; ++x) {
      for (std::size_t g = 0; g < kBits; ++g) result[g] += column[x] * table.by_sample[x][g];
    }
  }
  return out;
}

PdqHash above_median(const Coefficients& coefficients) {
  Coefficients sorted = coefficients;
  const auto middle = sorted.begin() + kBits * kBits / 2 - 1;  // the lower of the two middle values
  std::nth_element(sorted.begin(), middle, sorted.end());
  const float median = *middle;
  PdqHash hash;
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    hash.words[k / 64] |= static_cast<std::uint64_t>(coefficients[k] > median) << (k % 64);
  }
  return hash;
}

// The same paper's measure of how much there is to see: the sum of the differences between
// neighbouring samples, each in whole per cent of the range, divided by 90.
int quality_of(const PdqGrid& grid) {
  const auto percent = [](float a, float b) {
    return std::abs(static_cast<int>((a - b) * 100.0F / 255.0F));
  };
  int sum = 0;
  for (std::size_t k = 0; k < grid.size(); ++k) {
    if (k + kGrid < grid.size()) sum += percent(grid[k], grid[k + kGrid]);
    if (k % kGrid + 1 < kGrid) sum += percent(grid[k], grid[k + 1]);
  }
  return std::min(sum / 90, 100);
}

}  // namespace

PdqResult pdq(const Image& luma, Size source) {
  if (source == Size{}) source = {luma.width, luma.height};
  const PdqGrids grids = sample_grids(luma, source);
  return {.hash = above_median(low_frequencies(grids.upright)),
          .mirrored = above_median(low_frequencies(grids.mirrored)),
          .quality = quality_of(grids.upright)};
}

}  // namespace staydown::descriptor
