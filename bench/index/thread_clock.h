// CPU time of this thread, so that a busy machine does not spoil the figures.
#pragma once

#include <ctime>

namespace staydown::bench {

inline double seconds_used() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace staydown::bench
