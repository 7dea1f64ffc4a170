// CPU time of this process.
#pragma once

#include <ctime>

namespace staydown::bench {

// Seconds of CPU time, user and system, of all threads of the process.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds of CPU time that `work` takes.
template <typename Work>
double cpu_seconds_of(const Work& work) {
  const double begin = cpu_seconds();
  work();
  return cpu_seconds() - begin;
}

}  // namespace staydown::bench
