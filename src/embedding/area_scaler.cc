#include "embedding/area_scaler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace staydown::embedding {
namespace {

constexpr std::size_t kChannels = 3;

// Which source pixels of a line a target pixel covers, and their shares, which sum to 1.
struct Cover {
  std::size_t begin = 0;
  std::span<const float> shares;
};

// The covers of a whole line.
class Line {
 public:
  Line(int from, int to) {
    const double step = static_cast<double>(from) / to;
    shares_.reserve(static_cast<std::size_t>(to) * (static_cast<std::size_t>(step) + 2));
    covers_.reserve(static_cast<std::size_t>(to));
    for (int i = 0; i < to; ++i) {
      const double low = i * step, high = (i + 1) * step;
      // A sliver below a thousandth of a pixel is rounding, not picture.
      const int begin = std::min(from - 1, static_cast<int>(std::floor(low + 1e-3)));
      const int end = std::clamp(static_cast<int>(std::ceil(high - 1e-3)), begin + 1, from);
      const std::size_t first = shares_.size();
      for (int s = begin; s < end; ++s) {
        shares_.push_back(
            static_cast<float>(std::min<double>(s + 1, high) - std::max<double>(s, low)));
      }
      const std::span shares(shares_.data() + first, shares_.size() - first);
      const float sum = std::accumulate(shares.begin(), shares.end(), 0.0F);
      for (float& share : shares) share /= sum;
      covers_.push_back({static_cast<std::size_t>(begin), shares});
    }
  }
  Line(const Line&) = delete;  // the covers point into the shares

  const std::vector<Cover>& covers() const { return covers_; }

 private:
  std::vector<float> shares_;
  std::vector<Cover> covers_;
};

}  // namespace

void AreaScaler::scale(const Image& image, std::span<std::uint8_t> to) const {
  const Line rows(image.height, height_), columns(image.width, width_);
  std::vector<float> sums(static_cast<std::size_t>(image.width) * kChannels);
  std::uint8_t* out = to.data();
  for (const Cover& row : rows.covers()) {
    std::fill(sums.begin(), sums.end(), 0.5F);  // so that cutting off rounds
    for (std::size_t r = 0; r < row.shares.size(); ++r) {
      const std::uint8_t* source = image.row(static_cast<int>(row.begin + r));
      const float share = row.shares[r];
      for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] += share * static_cast<float>(source[i]);
    }
    for (const Cover& column : columns.covers()) {
      const float* source = sums.data() + column.begin * kChannels;
      float red = 0, green = 0, blue = 0;
      for (const float share : column.shares) {
        red += share * source[0], green += share * source[1], blue += share * source[2];
        source += kChannels;
      }
      *out++ = static_cast<std::uint8_t>(red);
      *out++ = static_cast<std::uint8_t>(green);
      *out++ = static_cast<std::uint8_t>(blue);
    }
  }
}

}  // namespace staydown::embedding
