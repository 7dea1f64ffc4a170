#include "media/cpu_budget.h"

#include <ctime>

namespace staydown::media {

std::chrono::nanoseconds CpuBudget::used() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace staydown::media
