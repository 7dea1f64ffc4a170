#include "index/inverted_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>
#include <utility>

namespace staydown::index {
namespace {

// Bits by which a group of pivots may be further away than the nearest group, for its pivots to be
// looked at.
constexpr int kSlack = 12;

// `count` different rows, evenly over all of them.
std::vector<std::uint32_t> sample(std::size_t rows, std::size_t count) {
  std::mt19937_64 random(256);  // seeded: the same pivots everywhere
  std::vector<std::uint32_t> chosen(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * rows / count, end = (i + 1) * rows / count;
    chosen[i] = static_cast<std::uint32_t>(begin + random() % (end - begin));
  }
  return chosen;
}

// What lies where once everything is sorted by the group it belongs to.
struct Grouped {
  Grouped(std::span<const std::uint32_t> group_of, std::size_t groups)
      : begins(groups + 2), members(group_of.size()) {
    // Counting sort: begins[g + 1] is first the size, then the begin, then the end of group g.
    for (const std::uint32_t group : group_of) ++begins[group + 2];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (std::uint32_t i = 0; i < group_of.size(); ++i) members[begins[group_of[i] + 1]++] = i;
    begins.pop_back();
  }

  std::vector<std::uint32_t> begins, members;
};

// Pivots in groups of those that are near one of some of them, so that not every row has to be held
// against every pivot.
class Groups {
 public:
  explicit Groups(std::span<const Sketch> pivots)
      : centres_(centres_of(pivots)),
        grouped_(groups_of(pivots), centres_.size()),
        pivots_(pivots.size()) {
    for (std::size_t i = 0; i < pivots.size(); ++i) pivots_.set(i, pivots[grouped_.members[i]]);
  }

  // Those of the groups, group by group.
  const SketchRows& pivots() const { return pivots_; }

  // About the nearest.
  std::uint32_t nearest(const Sketch& sketch, std::vector<std::uint32_t>& groups) const {
    const RowRange all{0, static_cast<std::uint32_t>(centres_.size())};
    groups.clear();
    centres_.scan(sketch, all, centres_.nearest(sketch, all).distance + kSlack, groups);
    RowDistance nearest{.row = 0, .distance = kSketchBits + 1};
    for (const std::uint32_t group : groups) {
      const RowRange range{grouped_.begins[group], grouped_.begins[group + 1]};
      if (range.begin == range.end) continue;
      const RowDistance of_group = pivots_.nearest(sketch, range);
      if (of_group.distance < nearest.distance) nearest = of_group;
    }
    return nearest.row;
  }

 private:
  static SketchRows centres_of(std::span<const Sketch> pivots) {
    const auto count = static_cast<std::size_t>(std::sqrt(static_cast<double>(pivots.size())));
    const auto chosen = sample(pivots.size(), std::max<std::size_t>(count, 1));
    SketchRows centres(chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) centres.set(i, pivots[chosen[i]]);
    return centres;
  }
  std::vector<std::uint32_t> groups_of(std::span<const Sketch> pivots) const {
    std::vector<std::uint32_t> groups;
    groups.reserve(pivots.size());
    for (const Sketch& pivot : pivots) {
      groups.push_back(
          centres_.nearest(pivot, {0, static_cast<std::uint32_t>(centres_.size())}).row);
    }
    return groups;
  }

  SketchRows centres_;
  Grouped grouped_;
  SketchRows pivots_;
};

}  // namespace

ListLayout list_layout_for(std::size_t rows) {
  // What a query looks at stays in the cache for the next one; fewer rows cost hardly less.
  constexpr std::size_t kScanned = 32768, kAtLeast = 16384;
  if (rows <= kScanned) return {.pivots = 1, .looked_at = rows};
  // Short lists find more for a row looked at; of a large bank they take too long to make.
  constexpr std::size_t kShortLists = 32, kLongLists = 128, kPivots = 32768, kShare = 200;
  return {.pivots = std::max(rows / kLongLists, std::min(rows / kShortLists, kPivots)),
          .looked_at = std::max(rows / kShare, kAtLeast)};
}

SketchQuery query_of(const Embedding& embedding, float radius) {
  SketchQuery query{.projections = projections_of(embedding),
                    .sketch = {},
                    .bits = sketch_radius(radius),
                    .estimate = largest_estimate(radius, embedding.size())};
  query.sketch = sketch_of(query.projections);
  return query;
}

InvertedFile::InvertedFile(std::span<const Sketch> rows, ListLayout layout)
    : looked_at_(layout.looked_at), pivots_(0), sketches_(rows.size()) {
  std::vector<Sketch> chosen;
  for (const std::uint32_t row : sample(rows.size(), layout.pivots)) chosen.push_back(rows[row]);
  const Groups groups(chosen);
  std::vector<std::uint32_t> pivot_of(rows.size()), near_groups;
  std::transform(rows.begin(), rows.end(), pivot_of.begin(),
                 [&](const Sketch& row) { return groups.nearest(row, near_groups); });
  pivots_ = groups.pivots();
  Grouped lists(pivot_of, pivots_.size());
  begins_ = std::move(lists.begins);
  rows_ = std::move(lists.members);
  for (std::size_t i = 0; i < rows_.size(); ++i) sketches_.set(i, rows[rows_[i]]);
}

// The radius within which about this share of the pivots are, told from some of them: every
// sixteenth stretch of eight.
int InvertedFile::radius_around(const Sketch& query, double share) const {
  constexpr std::size_t kStretch = 8, kEvery = 16, kAtLeast = 8;
  std::array<std::size_t, kSketchBits + 1> pivots_at{};
  std::size_t asked = 0;
  for (std::size_t first = 0; first < pivots_.size(); first += kStretch * kEvery) {
    for (std::size_t i = first; i < std::min(first + kStretch, pivots_.size()); ++i, ++asked) {
      ++pivots_at[static_cast<std::size_t>(distance(query, pivots_[i]))];
    }
  }
  const std::size_t wanted =
      kAtLeast + static_cast<std::size_t>(share * static_cast<double>(asked));
  std::size_t within = 0;
  for (int radius = 0; radius < kSketchBits; ++radius) {
    within += pivots_at[static_cast<std::size_t>(radius)];
    if (within >= wanted) return radius;
  }
  return kSketchBits;
}

// Those of the nearest pivots: by sketch twice as many as are likely to be needed, then by
// estimate.
std::vector<RowRange> InvertedFile::lists_to_look_at(const SketchQuery& query) const {
  constexpr double kMore = 2;
  const double share = kMore * static_cast<double>(looked_at_) / static_cast<double>(rows_.size());
  std::vector<std::uint32_t> near;
  pivots_.scan(query.sketch, {0, static_cast<std::uint32_t>(pivots_.size())},
               share < 1 ? radius_around(query.sketch, share) : kSketchBits, near);
  std::vector<EstimatedRow> pivots;
  pivots.reserve(near.size());
  for (const std::uint32_t pivot : near) {
    pivots.push_back({pivot, estimated_distance(query.projections, pivots_[pivot])});
  }
  // A heap, as the nearest few of them are enough.
  const auto later = [](const EstimatedRow& a, const EstimatedRow& b) {
    return std::tie(a.distance, a.row) > std::tie(b.distance, b.row);
  };
  std::make_heap(pivots.begin(), pivots.end(), later);
  std::vector<RowRange> lists;
  for (std::size_t left = looked_at_; left > 0 && !pivots.empty(); pivots.pop_back()) {
    std::pop_heap(pivots.begin(), pivots.end(), later);
    const std::uint32_t pivot = pivots.back().row, begin = begins_[pivot];
    const std::size_t size = std::min<std::size_t>(begins_[pivot + 1] - begin, left);
    if (size > 0) lists.push_back({begin, begin + static_cast<std::uint32_t>(size)});
    left -= size;
  }
  return lists;
}

void InvertedFile::search(const SketchQuery& query, std::vector<EstimatedRow>& found) const {
  constexpr std::size_t kAhead = 3;
  const auto lists = lists_to_look_at(query);
  std::vector<std::uint32_t> near;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (i + kAhead < lists.size()) sketches_.prefetch(lists[i + kAhead]);
    near.clear();
    sketches_.scan(query.sketch, lists[i], query.bits, near);
    for (const std::uint32_t position : near) {
      const float distance = estimated_distance(query.projections, sketches_[position]);
      if (distance <= query.estimate) found.push_back({rows_[position], distance});
    }
  }
}

std::size_t InvertedFile::bytes() const {
  return pivots_.bytes() + sketches_.bytes() +
         (begins_.size() + rows_.size()) * sizeof(std::uint32_t);
}

}  // namespace staydown::index
