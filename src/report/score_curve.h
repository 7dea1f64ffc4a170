// The score of a stream over time, in bounded memory.
#pragma once

#include <cstddef>
#include <vector>

#include "core/time.h"

namespace staydown::report {

struct ScorePoint {
  Interval on_air;
  double score = 0;  // the highest within `on_air`, in nats
  bool operator==(const ScorePoint&) const = default;
};

// Keeps every segment's score until there are `capacity` of them; then neighbours are joined two by
// two and the higher score stays, so a peak is never lost. Not thread-safe.
class ScoreCurve {
 public:
  // 2048 points are two for each pixel of the report's widest chart.
  explicit ScoreCurve(std::size_t capacity = 2048) : capacity_(capacity) {}

  void add(const ScorePoint& point);
  const std::vector<ScorePoint>& points() const { return points_; }

 private:
  std::size_t capacity_;
  std::vector<ScorePoint> points_;
};

}  // namespace staydown::report
