#include "descriptor/pdq_grid.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace staydown::descriptor {
namespace {

constexpr std::size_t kLanes = 4;  // taps are padded to a multiple of it, with zeros

// The kept samples along one axis: sample k is the sum of `count` pixels from begin[k] on, weighted
// by weights[k * count ...]. The weights of a sample add up to 1.
struct AxisTaps {
  std::array<int, kGridSize> begin{};
  std::size_t count = 0;
  std::vector<float> weights;

  const float* of(std::size_t k) const { return weights.data() + k * count; }
};

struct Span {
  int begin, end;  // half open
};

// PDQ's box of window `w` at pixel i covers i - (w - half) .. i + half - 1 with half = (w + 2) / 2;
// at the edges it averages what exists.
Span box_at(int i, int window, int length) {
  const int half = (window + 2) / 2;
  return {std::max(0, i - (window - half)), std::min(length, i + half)};
}

// Weights of the source pixels `reach.begin` on for the sample at `position`: a box of boxes.
void compose_boxes(int position, int window, int length, Span& reach, std::vector<float>& weights) {
  const Span outer = box_at(position, window, length);
  reach = {box_at(outer.begin, window, length).begin, box_at(outer.end - 1, window, length).end};
  weights.assign(static_cast<std::size_t>(reach.end - reach.begin) + 1, 0.0F);
  for (int i = outer.begin; i < outer.end; ++i) {
    const Span inner = box_at(i, window, length);
    const float weight =
        1.0F / static_cast<float>((outer.end - outer.begin) * (inner.end - inner.begin));
    weights[static_cast<std::size_t>(inner.begin - reach.begin)] += weight;
    weights[static_cast<std::size_t>(inner.end - reach.begin)] -= weight;
  }
  for (std::size_t i = 1; i < weights.size(); ++i) weights[i] += weights[i - 1];
}

// Taps on `length` pixels that stand for `source_length` pixels, each pixel for its share.
AxisTaps taps_along(int length, int source_length) {
  const int window = (source_length + 2 * kGridSize - 1) / (2 * kGridSize);
  const double scale = static_cast<double>(length) / source_length;
  AxisTaps taps;
  const int widest = static_cast<int>(2 * (window + 1) * scale) + 2;
  taps.count = (static_cast<std::size_t>(widest) + kLanes - 1) / kLanes * kLanes;
  taps.weights.assign(kGridSize * taps.count, 0.0F);
  std::vector<float> weights;
  for (std::size_t k = 0; k < kGridSize; ++k) {
    const int position =
        static_cast<int>((static_cast<double>(k) + 0.5) * source_length / kGridSize);
    Span reach{};
    compose_boxes(position, window, source_length, reach, weights);
    taps.begin[k] = static_cast<int>(reach.begin * scale);
    float* out = taps.weights.data() + k * taps.count;
    for (int j = reach.begin; j < reach.end; ++j) {
      const double from = j * scale - taps.begin[k], to = (j + 1) * scale - taps.begin[k];
      const auto weight = weights[static_cast<std::size_t>(j - reach.begin)];
      for (int i = static_cast<int>(from); i < to && taps.begin[k] + i < length; ++i) {
        const double share = (std::min(to, i + 1.0) - std::max(from, 1.0 * i)) / scale;
        out[i] += weight * static_cast<float>(share);
      }
    }
  }
  return taps;
}

// Weighted sum of the rows of sample k.
void blend_rows(const Image& luma, const AxisTaps& taps, std::size_t k, float* out) {
  const auto width = static_cast<std::size_t>(luma.width);
  std::fill_n(out, width, 0.0F);
  for (std::size_t t = 0; t < taps.count; ++t) {
    const float weight = taps.of(k)[t];
    if (weight == 0) continue;
    const std::uint8_t* row = luma.row(taps.begin[k] + static_cast<int>(t));
    for (std::size_t x = 0; x < width; ++x) out[x] += weight * static_cast<float>(row[x]);
  }
}

// `line` is readable for `taps.count` floats beyond the row.
void sample_row(const float* line, const AxisTaps& taps, float* out) {
  for (std::size_t k = 0; k < kGridSize; ++k) {
    const float* in = line + taps.begin[k];
    const float* weight = taps.of(k);
    std::array<float, kLanes> sum{};
    for (std::size_t t = 0; t < taps.count; t += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sum[lane] += weight[t + lane] * in[t + lane];
    }
    out[k] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
}

}  // namespace

PdqGrids sample_grids(const Image& luma, Size source) {
  const AxisTaps columns = taps_along(luma.width, source.width);
  const AxisTaps rows = taps_along(luma.height, source.height);
  const auto width = static_cast<std::size_t>(luma.width);
  std::vector<float> line(width + columns.count), flipped(width + columns.count);
  PdqGrids grids{};
  for (std::size_t y = 0; y < kGridSize; ++y) {
    blend_rows(luma, rows, y, line.data());
    sample_row(line.data(), columns, grids.upright.data() + y * kGridSize);
    std::reverse_copy(line.data(), line.data() + width, flipped.data());
    sample_row(flipped.data(), columns, grids.mirrored.data() + y * kGridSize);
  }
  return grids;
}

}  // namespace staydown::descriptor
