// Matchers for what matching reports.
#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/match.h"

namespace staydown::testing {

// MatchOf("ref-a").query(12s, 32s).reference(30s, 50s).speed(1.0): each time within a second, the
// speed within 0.02; what is not given is not compared.
class MatchOf {
 public:
  using is_gtest_matcher = void;

  explicit MatchOf(std::string reference) : reference_id_(std::move(reference)) {}
  MatchOf query(MediaTime begin, MediaTime end) const {
    auto copy = *this;
    copy.query_ = Interval{begin, end};
    return copy;
  }
  MatchOf reference(MediaTime begin, MediaTime end) const {
    auto copy = *this;
    copy.interval_ = Interval{begin, end};
    return copy;
  }
  MatchOf speed(double speed) const {
    auto copy = *this;
    copy.speed_ = speed;
    return copy;
  }

  bool MatchAndExplain(const Match& match, std::ostream*) const {
    return match.reference->info.id.value == reference_id_ &&
           (!query_ || near(*query_, match.query)) &&
           (!interval_ || near(*interval_, match.interval)) &&
           (!speed_ || std::abs(*speed_ - match.speed) <= 0.02);
  }
  void DescribeTo(std::ostream* out) const {
    *out << "a match of " << reference_id_;
    if (query_) *out << ", query " << to_string(*query_);
    if (interval_) *out << ", reference " << to_string(*interval_);
    if (speed_) *out << ", speed " << *speed_;
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "not ";
    DescribeTo(out);
  }

 private:
  static bool near(const Interval& a, const Interval& b) {
    constexpr MediaTime kTolerance = std::chrono::seconds(1);
    return std::chrono::abs(a.begin - b.begin) <= kTolerance &&
           std::chrono::abs(a.end - b.end) <= kTolerance;
  }
  std::string reference_id_;
  std::optional<Interval> query_, interval_;
  std::optional<double> speed_;
};

}  // namespace staydown::testing

namespace staydown {
// So that a failure reads like a sentence.
inline void PrintTo(const Match& match, std::ostream* out) {
  *out << match.reference->info.id.value << " query " << to_string(match.query) << " reference "
       << to_string(match.interval) << " speed " << match.speed << " score " << match.score
       << " frames " << match.frames << (match.ended ? " ended" : "");
}
}  // namespace staydown
