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

// Marks with 1 where a row steps sharply from the pixel left of it to the one right of it. What is
// photographed is softer than what is cut out and pasted. `change` and `marks` have the row's size.
void mark_steps(const std::uint8_t* row, std::size_t width, std::uint8_t* change,
                std::uint8_t* marks) {
  for (std::size_t x = 1; x + 1 < width; ++x) {
    const std::uint8_t a = row[x - 1], b = row[x + 1];
    change[x] = static_cast<std::uint8_t>(std::max(a, b) - std::min(a, b));
  }
  for (std::size_t x = 3; x + 3 < width; ++x) {
    const auto calm = static_cast<std::uint8_t>((change[x] - 1) / kSharpness);
    marks[x] = (change[x] > kStep) & (change[x - 2] <= calm) & (change[x + 2] <= calm);
  }
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

// Where an image steps sharply sideways: an image of 0 and 1.
Image step_map(const Image& image) {
  Image marks(image.width, image.height, 1);
  const auto width = static_cast<std::size_t>(image.width);
  std::fill_n(marks.pixels.data(), marks.pixels.size(), std::uint8_t{0});
  std::vector<std::uint8_t> change(width);
  for (int y = 0; y < image.height; ++y) {
    mark_steps(image.row(y), width, change.data(), marks.row(y));
  }
  return marks;
}

// For each column, the best run of rows: twice those that step minus those that do not.
std::vector<std::int16_t> best_runs(const Image& marks) {
  const auto width = static_cast<std::size_t>(marks.width);
  std::vector<std::int16_t> run(width, 0), best(width, 0);
  for (int y = 0; y < marks.height; ++y) {
    const std::uint8_t* row = marks.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      const auto next = static_cast<std::int16_t>(run[x] + 3 * row[x] - 1);
      run[x] = std::max<std::int16_t>(next, 0);
      best[x] = std::max(best[x], run[x]);
    }
  }
  return best;
}

// Straight vertical edges, from left to right; the strongest where there are too many.
std::vector<Line> find_lines(const Image& image) {
  const Image marks = step_map(image);
  std::vector<std::int16_t> best = best_runs(marks);
  const int weakest = static_cast<int>(kShortestLine * image.height);
  std::vector<Line> lines;
  while (lines.size() < kMaxLines) {
    const auto strongest = std::max_element(best.begin(), best.end());
    if (*strongest < weakest) break;
    const int x = static_cast<int>(strongest - best.begin());
    Line line{.x = x, .steps_above = {0}};
    for (int y = 0; y < image.height; ++y) {
      line.steps_above.push_back(line.steps_above.back() + marks.row(y)[x]);
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

// The rectangle of two columns and two rows that most speaks for a picture's outline; empty if none
// does enough.
Box best_rectangle(const std::vector<Line>& columns, const std::vector<Line>& rows, Size frame) {
  Box best;
  double most = 0;
  std::vector<const Line*> sides;  // rows that may be a top or a bottom between two columns
  for (auto left = columns.begin(); left != columns.end(); ++left) {
    for (auto right = left + 1; right != columns.end(); ++right) {
      const int width = right->x - left->x;
      if (width < kMinSide * frame.width || width > kMaxSide * frame.width) continue;
      sides.clear();
      for (const Line& row : rows) {
        if (row.support(left->x, right->x) >= kWorstSide) sides.push_back(&row);
      }
      for (std::size_t i = 0; i < sides.size(); ++i) {
        for (std::size_t j = i + 1; j < sides.size(); ++j) {
          const int top = sides[i]->x, bottom = sides[j]->x, height = bottom - top;
          if (height < kMinSide * frame.height || width > kWidest * height ||
              width < kTallest * height || left->support(top, bottom) < kWorstSide ||
              right->support(top, bottom) < kWorstSide) {
            continue;
          }
          const double evidence = sides[i]->evidence(left->x, right->x) +
                                  sides[j]->evidence(left->x, right->x) +
                                  left->evidence(top, bottom) + right->evidence(top, bottom);
          if (evidence > most && evidence > kEvidence * 2 * (width + height)) {
            most = evidence;
            best = {left->x, top, width, height};
          }
        }
      }
    }
  }
  return best;
}

}  // namespace

std::optional<Box> find_inner(const Frame& frame) {
  const Image& luma = frame.luma;
  if (luma.width < kMinFrame || luma.height < kMinFrame) return std::nullopt;
  const Image turned = transposed(luma);
  const Box box = best_rectangle(find_lines(luma), find_lines(turned), {luma.width, luma.height});
  if (box == Box{}) return std::nullopt;
  const int bottom = box.y + box.height, right = box.x + box.width;
  const int x0 = sharpest_column_near(luma, box.x, box.y, bottom);
  const int x1 = sharpest_column_near(luma, right, box.y, bottom);
  const int y0 = sharpest_column_near(turned, box.y, box.x, right);
  const int y1 = sharpest_column_near(turned, bottom, box.x, right);
  return Box{x0, y0, x1 - x0, y1 - y0};
}

}  // namespace staydown::descriptor
