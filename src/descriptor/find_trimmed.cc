#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "descriptor/transpose.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// Measured with bench/views/evaluate.py; see docs/decisions/0004-descriptors.md.
// Flat bars:
constexpr int kSameLevel = 8;        // what coding leaves of a bar's one level
constexpr double kBarLike = 0.88;    // share of a line that has the bar's level
constexpr double kCleanLines = 0.6;  // share of a bar's lines that are bar-like: others hold text
constexpr int kStep = 10;            // levels between a bar and the picture
constexpr double kFlatEdge = 0.35;   // share of the picture's first line that is that far off
// Blurred bars:
constexpr int kBlurredStep = 6;          // levels between the bar and the picture
constexpr int kSharpness = 2;            // times what the bar changes before that step
constexpr double kBlurredEdge = 0.4;     // share of a line that steps so
constexpr int kDetail = 2;               // levels between a pixel and the mean of its neighbours
constexpr double kBlurredDetail = 0.03;  // share of the bar that may be that sharp
constexpr double kDetailRatio = 4;       // how much more of the picture is
constexpr double kLeastDetail = 0.005;   // coding leaves about as much in the bar
constexpr double kThinnestBlurredBar = 0.04;  // of the frame
constexpr int kMinBlurred = 24;               // pixels; below that nothing can be told
// Both:
constexpr double kWidestBar = 0.42;       // of the frame, on one side
constexpr double kLeastPicture = 0.2;     // of the frame: a square in a phone's tall screen is 0.46
constexpr double kWorthRemoving = 0.015;  // of a side: PDQ does not feel less

std::uint8_t gap(std::uint8_t a, std::uint8_t b) {
  return static_cast<std::uint8_t>(a > b ? a - b : b - a);
}

// A stack of rows of an image, counted from the top or from the bottom.
class Rows {
 public:
  enum class From : std::uint8_t { kTop, kBottom };

  Rows(const Image& image, const Box& box, From from) : image_(image), box_(box), from_(from) {}

  int count() const { return box_.height; }
  int width() const { return box_.width; }
  const std::uint8_t* operator[](int i) const {
    return image_.row(from_ == From::kTop ? box_.y + i : box_.y + box_.height - 1 - i) + box_.x;
  }

 private:
  const Image& image_;
  Box box_;
  From from_;
};

int median(const std::uint8_t* line, int width) {
  std::array<int, 256> histogram{};
  for (int x = 0; x < width; ++x) ++histogram[line[x]];
  int level = 0;
  for (int below = histogram[0]; below * 2 < width;)
    below += histogram[static_cast<std::size_t>(++level)];
  return level;
}

double share_further_than(int limit, const std::uint8_t* line, int width, int level) {
  int count = 0;
  const auto center = static_cast<std::uint8_t>(level), reach = static_cast<std::uint8_t>(limit);
  for (int x = 0; x < width; ++x) count += gap(line[x], center) > reach;
  return static_cast<double>(count) / width;
}

// Share of pixels that step from `outside` to `inside` by more than the bar changes before.
double share_of_steps(const std::uint8_t* before, const std::uint8_t* outside,
                      const std::uint8_t* inside, int width) {
  int count = 0;
  for (int x = 0; x < width; ++x) {
    const auto calm = static_cast<std::uint8_t>(gap(outside[x], inside[x]) / kSharpness);
    count += (gap(outside[x], inside[x]) > kBlurredStep) & (gap(before[x], outside[x]) < calm);
  }
  return static_cast<double>(count) / width;
}

double share_of_detail(const std::uint8_t* above, const std::uint8_t* line,
                       const std::uint8_t* below, int width) {
  int count = 0;
  for (int x = 1; x + 1 < width; ++x) {
    const auto upright = static_cast<std::uint8_t>((above[x] + below[x] + 1) >> 1);
    const auto level = static_cast<std::uint8_t>((line[x - 1] + line[x + 1] + 1) >> 1);
    count += (gap(line[x], upright) > kDetail) | (gap(line[x], level) > kDetail);
  }
  return static_cast<double>(count) / width;
}

// The line near `edge` at which the picture begins: where most changes from one line to the next. A
// line that is half bar, half picture goes to the side that it has more of.
int sharpest_line_near(const Rows& rows, int edge) {
  int best = edge, most = -1;
  for (int i = std::max(1, edge - 2); i <= std::min(rows.count() - 1, edge + 2); ++i) {
    int change = 0;
    for (int x = 0; x < rows.width(); ++x) change += gap(rows[i][x], rows[i - 1][x]);
    if (change > most) {
      most = change;
      best = i;
    }
  }
  return best;
}

// Lines of one level, text and logos aside, that end in a straight edge. 0 if there are none.
int flat_bar(const Rows& rows) {
  const int limit = static_cast<int>(kWidestBar * rows.count()) + 1;
  if (rows.count() < 8) return 0;
  const int level = median(rows[1], rows.width());
  int clean = 0, bar = 0;
  bool in_bar = false;
  for (int i = 0; i < limit; ++i) {
    const bool like = share_further_than(kSameLevel, rows[i], rows.width(), level) <= 1 - kBarLike;
    if (!like && i < 3 && clean < i) return 0;
    clean += like ? 1 : 0;
    if (in_bar && !like && clean >= kCleanLines * i) {
      for (int j = i; j <= std::min(i + 2, rows.count() - 1); ++j) {
        if (share_further_than(kStep, rows[j], rows.width(), level) >= kFlatEdge) {
          bar = i;
          break;
        }
      }
    }
    in_bar = like;
  }
  return bar == 0 ? 0 : sharpest_line_near(rows, bar);
}

// Share of sharp pixels in line i, which has neighbours.
double detail_at(const Rows& rows, int i) {
  return share_of_detail(rows[i - 1], rows[i], rows[i + 1], rows.width());
}

// The strongest straight edge with hardly any detail before it; 0 if there is none.
int blurred_bar(const Rows& rows) {
  const int limit = static_cast<int>(kWidestBar * rows.count());
  const int thinnest = static_cast<int>(kThinnestBlurredBar * rows.count());
  double detail = 0;  // sum over the lines before the last two, which belong to the edge
  int best = 0;
  double most = kBlurredEdge;
  for (int i = 3; i < limit && detail <= kBlurredDetail * limit; ++i) {
    detail += detail_at(rows, i - 2);
    if (i < thinnest) continue;
    if (i == thinnest && detail > 2 * kBlurredDetail * i) return 0;
    if (detail > kBlurredDetail * i) continue;
    const double steps = share_of_steps(rows[i - 3], rows[i - 1], rows[i + 1], rows.width());
    if (steps > most) {
      most = steps;
      best = i;
    }
  }
  return best == 0 ? 0 : sharpest_line_near(rows, best);
}

struct Bars {
  int top = 0, bottom = 0;
};

// Lines without detail around lines with, parted by straight edges: a picture before a blurred copy
// of itself. Only found on both sides.
Bars blurred_bars(const Image& image, const Box& box) {
  if (box.height < kMinBlurred || box.width < kMinBlurred) return {};
  const Rows rows(image, box, Rows::From::kTop);
  const Bars bars{.top = blurred_bar(rows),
                  .bottom = blurred_bar(Rows(image, box, Rows::From::kBottom))};
  if (bars.top == 0 || bars.bottom == 0) return {};
  const auto mean_detail = [&rows](int begin, int end) {
    constexpr int kEvery = 3;
    double sum = 0;
    int count = 0;
    for (int i = std::max(1, begin); i < std::min(end, rows.count() - 1); i += kEvery, ++count) {
      sum += detail_at(rows, i);
    }
    return count == 0 ? 0.0 : sum / count;
  };
  const int end = rows.count() - bars.bottom;
  const double outside =
      std::max({mean_detail(0, bars.top - 2), mean_detail(end + 2, rows.count()), kLeastDetail});
  if (mean_detail(bars.top + 2, end - 2) < kDetailRatio * outside) return {};
  return bars;
}

Box without_bars_above_and_below(const Image& image, const Box& box) {
  Bars bars{flat_bar(Rows(image, box, Rows::From::kTop)),
            flat_bar(Rows(image, box, Rows::From::kBottom))};
  if (bars.top == 0 && bars.bottom == 0) bars = blurred_bars(image, box);
  return {box.x, box.y + bars.top, box.width, box.height - bars.top - bars.bottom};
}

}  // namespace

std::optional<Box> find_trimmed(const Frame& frame) {
  const Image& luma = frame.luma;
  const Image turned = transposed(luma);
  const Box whole{0, 0, luma.width, luma.height};
  Box box = whole;
  for (bool changed = true; changed;) {
    const Box before = box;
    box = without_bars_above_and_below(luma, box);
    box = transposed(without_bars_above_and_below(turned, transposed(box)));
    changed = box != before;
  }
  const bool worth = whole.width - box.width > kWorthRemoving * whole.width ||
                     whole.height - box.height > kWorthRemoving * whole.height;
  const bool plausible =
      box.width >= kLeastPicture * whole.width && box.height >= kLeastPicture * whole.height;
  if (!worth || !plausible) return std::nullopt;
  return box;
}

}  // namespace staydown::descriptor
