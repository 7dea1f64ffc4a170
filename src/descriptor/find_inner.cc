#include <algorithm>
#include <cstdint>
#include <vector>

#include "descriptor/transpose.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// Measured with bench/views; see docs/decisions/0004-descriptors.md.
constexpr int kStep = 10;               // levels between two unrelated pictures, mostly more
constexpr std::size_t kMaxLines = 16;   // straight lines looked at, per direction
constexpr double kShortestLine = 0.12;  // of the side, in steps beyond what noise gives
constexpr double kMinSide = 0.25, kMaxSide = 0.9;  // of the frame
constexpr double kWorstSide = 0.5;                 // share of a side's length that steps
constexpr double kMeanSide = 0.65;
constexpr double kWidest = 2.6, kTallest = 0.4;  // width over height of a video picture

bool steps(std::uint8_t a, std::uint8_t b) { return (a > b ? a - b : b - a) > kStep; }

// A column along which the image steps sideways.
struct Line {
  int x = 0, strength = 0;
  std::vector<int> steps_above;  // [y]: steps in rows 0 .. y - 1

  double support(int begin, int end) const {
    return static_cast<double>(steps_above[static_cast<std::size_t>(end)] -
                               steps_above[static_cast<std::size_t>(begin)]) /
           (end - begin);
  }
};

// For each column, the best run of rows: those that step minus those that do not.
std::vector<std::int16_t> best_runs(const Image& image) {
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<std::int16_t> run(width, 0), best(width, 0);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.row(y);
    for (std::size_t x = 1; x + 1 < width; ++x) {
      const auto next =
          static_cast<std::int16_t>(run[x] + (steps(row[x - 1], row[x + 1]) ? 1 : -1));
      run[x] = std::max<std::int16_t>(next, 0);
      best[x] = std::max(best[x], run[x]);
    }
  }
  return best;
}

// Straight vertical edges, the strongest first. `x` is the first pixel right of the edge.
std::vector<Line> find_lines(const Image& image) {
  std::vector<std::int16_t> best = best_runs(image);
  const int weakest = static_cast<int>(kShortestLine * image.height);
  std::vector<Line> lines;
  while (lines.size() < kMaxLines) {
    const auto strongest = std::max_element(best.begin(), best.end());
    if (*strongest < weakest) break;
    const int x = static_cast<int>(strongest - best.begin());
    Line line{.x = x, .strength = *strongest, .steps_above = {}};
    line.steps_above.resize(static_cast<std::size_t>(image.height) + 1);
    for (int y = 0; y < image.height; ++y) {
      const std::uint8_t* row = image.row(y);
      line.steps_above[static_cast<std::size_t>(y) + 1] =
          line.steps_above[static_cast<std::size_t>(y)] + (steps(row[x - 1], row[x + 1]) ? 1 : 0);
    }
    lines.push_back(std::move(line));
    for (int i = std::max(0, x - 3); i <= std::min(image.width - 1, x + 3); ++i) {
      best[static_cast<std::size_t>(i)] = 0;
    }
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.x < b.x; });
  return lines;
}

// The pixel column near `x` at which the image changes most from one column to the next.
int sharpest_column_near(const Image& image, int x, int begin, int end) {
  int best = x, most = -1;
  for (int i = std::max(1, x - 1); i <= std::min(image.width - 1, x + 2); ++i) {
    int change = 0;
    for (int y = begin; y < end; ++y) change += std::abs(image.row(y)[i] - image.row(y)[i - 1]);
    if (change > most) {
      most = change;
      best = i;
    }
  }
  return best;
}

}  // namespace

std::optional<Box> find_inner(const Frame& frame) {
  const Image& luma = frame.luma;
  if (luma.width < 64 || luma.height < 64) return std::nullopt;
  const Image turned = transposed(luma);
  const std::vector<Line> columns = find_lines(luma), rows = find_lines(turned);
  Box best;
  double most = 0;
  for (auto left = columns.begin(); left != columns.end(); ++left) {
    for (auto right = left + 1; right != columns.end(); ++right) {
      const int width = right->x - left->x;
      if (width < kMinSide * luma.width || width > kMaxSide * luma.width) continue;
      for (auto top = rows.begin(); top != rows.end(); ++top) {
        const double above = top->support(left->x, right->x);
        if (above < kWorstSide) continue;
        for (auto bottom = top + 1; bottom != rows.end(); ++bottom) {
          const int height = bottom->x - top->x;
          if (height < kMinSide * luma.height || width > kWidest * height ||
              width < kTallest * height)
            continue;
          const double below = bottom->support(left->x, right->x);
          const double before = left->support(top->x, bottom->x);
          const double behind = right->support(top->x, bottom->x);
          if (std::min({below, before, behind}) < kWorstSide) continue;
          const double mean =
              ((above + below) * width + (before + behind) * height) / (2 * (width + height));
          if (mean < kMeanSide) continue;
          const double evidence = (mean - 0.5) * (width + height);
          if (evidence > most) {
            most = evidence;
            best = {left->x, top->x, width, height};
          }
        }
      }
    }
  }
  if (most == 0) return std::nullopt;
  const int bottom = best.y + best.height, right = best.x + best.width;
  const int x0 = sharpest_column_near(luma, best.x, best.y, bottom);
  const int x1 = sharpest_column_near(luma, right, best.y, bottom);
  const int y0 = sharpest_column_near(turned, best.y, best.x, right);
  const int y1 = sharpest_column_near(turned, bottom, best.x, right);
  return Box{x0, y0, x1 - x0, y1 - y0};
}

}  // namespace staydown::descriptor
