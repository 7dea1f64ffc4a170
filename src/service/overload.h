// How much of each stream is looked at when the work is more than the time.
#pragma once

#include <chrono>
#include <optional>

#include "core/time.h"

namespace staydown::service {

// When a stream was last looked at.
struct LastLooks {
  std::optional<MediaTime> sampled;    // begin of the last segment that was looked at
  std::optional<MediaTime> suspected;  // end of the last segment with a hit
};

// Steps up, at most once a second, while segments are older than `budget`; steps down after five
// seconds below half of it. Pure: time is a parameter. Not thread-safe.
class Overload {
 public:
  static constexpr int kSteps = 3;  // 1: one frame a segment; 2: one in 4 s; 3: one in 8 s

  explicit Overload(MediaTime budget) : budget_(budget) {}

  // `age`: of the segment that is next, since ingest held it; 0 when none waits. True if the step
  // changed.
  bool update(MediaTime age, std::chrono::steady_clock::time_point now);

  int step() const { return step_; }

  // Longest time between two frames sampled at a step, 0 where each segment is sampled.
  static MediaTime spacing(int step);

 private:
  using Moment = std::chrono::steady_clock::time_point;

  MediaTime budget_;
  int step_ = 0;
  Moment changed_{}, calm_since_{};
  bool calm_ = false;
};

}  // namespace staydown::service
