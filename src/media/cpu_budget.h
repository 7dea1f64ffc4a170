// How much CPU time of its thread a segment may still take.
#pragma once

#include <chrono>

namespace staydown::media {

// Starts when it is made. Used by the thread that made it. Costs a system call a question (0.3 us).
class CpuBudget {
 public:
  explicit CpuBudget(std::chrono::nanoseconds budget) : end_(used() + budget) {}

  bool exceeded() const { return used() > end_; }

 private:
  static std::chrono::nanoseconds used();

  std::chrono::nanoseconds end_;
};

}  // namespace staydown::media
