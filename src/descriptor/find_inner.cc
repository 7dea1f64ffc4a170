#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "descriptor/transpose.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// Measured with bench/views/evaluate.py; see docs/decisions/0004-descriptors.md.
constexpr int kStep = 6;                // levels between two unrelated pictures, mostly more
constexpr int kSharpness = 2;           // times what changes on either side of the step
constexpr double kBreakEven = 1.0 / 3;  // share of steps from which a line is more likely an edge
constexpr double kWorstSide = 0.3;      // share of steps that every side needs
constexpr double kEvidence = 0.15;      // of the perimeter
constexpr double kBeyond = 0.2;         // of a side: looked at on either end of it
constexpr std::size_t kMaxLines = 16;   // straight lines looked at, per direction
constexpr double kShortestLine = 0.12;  // of the frame, in steps beyond what noise gives
constexpr double kMinSide = 0.25, kMaxSide = 0.9;  // of the frame
constexpr double kWidest = 2.6, kTallest = 0.4;    // width over height of a video picture
constexpr int kMinFrame = 64;                      // pixels; below that nothing can be told

int gap(std::uint8_t a, std::uint8_t b) { return a > b ? a - b : b - a; }

// A sharp step from the pixel left of `at` to the one right of it. What is photographed is softer
// than what is cut out and pasted.
bool steps(const std::uint8_t* at) {
  const int step = gap(at[-1], at[1]);
  return (step > kStep) & (step > kSharpness * gap(at[-3], at[-1])) &
         (step > kSharpness * gap(at[1], at[3]));
}

// A column along which the image steps sideways.
struct Line {
  int x = 0;
  std::vector<int> steps_above;  // [y]: steps in rows 0 .. y - 1

  double support(int begin, int end) const {
    if (begin >= end) return 0;
    return static_cast<double>(steps_above[static_cast<std::size_t>(end)] -
                               steps_above[static_cast<std::size_t>(begin)]) /
           (end - begin);
  }

  // How much the line speaks for a side from `begin` to `end`: steps along it, none beyond its
  // ends. In pixels; negative when it speaks against.
  double evidence(int begin, int end) const {
    const int reach = static_cast<int>(kBeyond * (end - begin));
    const int length = static_cast<int>(steps_above.size()) - 1;
    const int from = std::max(0, begin - reach), to = std::min(length, end + reach);
    const auto excess = [](double share) { return (share - kBreakEven) / (1 - kBreakEven); };
    return excess(support(begin, end)) * (end - begin) -
           excess(support(from, begin - 2)) * (begin - from) -
           excess(support(end + 2, to)) * (to - end);
  }
};

// For each column, the best run of rows: twice those that step minus those that do not.
std::vector<std::int16_t> best_runs(const Image& image) {
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<std::int16_t> run(width, 0), best(width, 0);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.row(y);
    for (std::size_t x = 3; x + 3 < width; ++x) {
      const auto next = static_cast<std::int16_t>(run[x] + (steps(row + x) ? 2 : -1));
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
    Line line{.x = x, .steps_above = {}};
    line.steps_above.resize(static_cast<std::size_t>(image.height) + 1);
    for (int y = 0; y < image.height; ++y) {
      const std::uint8_t* row = image.row(y);
      line.steps_above[static_cast<std::size_t>(y) + 1] =
          line.steps_above[static_cast<std::size_t>(y)] + (steps(row + x) ? 1 : 0);
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
  if (luma.width < kMinFrame || luma.height < kMinFrame) return std::nullopt;
  const Image turned = transposed(luma);
  const std::vector<Line> columns = find_lines(luma), rows = find_lines(turned);
  Box best;
  double most = 0;
  for (auto left = columns.begin(); left != columns.end(); ++left) {
    for (auto right = left + 1; right != columns.end(); ++right) {
      const int width = right->x - left->x;
      if (width < kMinSide * luma.width || width > kMaxSide * luma.width) continue;
      for (auto top = rows.begin(); top != rows.end(); ++top) {
        if (top->support(left->x, right->x) < kWorstSide) continue;
        const double above = top->evidence(left->x, right->x);
        for (auto bottom = top + 1; bottom != rows.end(); ++bottom) {
          const int height = bottom->x - top->x;
          if (height < kMinSide * luma.height || width > kWidest * height ||
              width < kTallest * height || bottom->support(left->x, right->x) < kWorstSide ||
              left->support(top->x, bottom->x) < kWorstSide ||
              right->support(top->x, bottom->x) < kWorstSide) {
            continue;
          }
          const double evidence = above + bottom->evidence(left->x, right->x) +
                                  left->evidence(top->x, bottom->x) +
                                  right->evidence(top->x, bottom->x);
          if (evidence > most && evidence > kEvidence * 2 * (width + height)) {
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
