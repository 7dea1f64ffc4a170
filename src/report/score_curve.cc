#include "report/score_curve.h"

#include <algorithm>

namespace staydown::report {

void ScoreCurve::add(const ScorePoint& point) {
  if (points_.size() >= capacity_) {
    std::vector<ScorePoint> joined;
    for (std::size_t i = 0; i < points_.size(); i += 2) {
      const auto& first = points_[i];
      const auto& last = points_[std::min(i + 1, points_.size() - 1)];
      joined.push_back({{first.on_air.begin, last.on_air.end}, std::max(first.score, last.score)});
    }
    points_ = std::move(joined);
  }
  points_.push_back(point);
}

}  // namespace staydown::report
