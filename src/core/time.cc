#include "core/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace staydown {

std::string to_string(MediaTime t) { return fmt::format("{:.3f}s", seconds(t)); }

std::string to_string(const Interval& interval) {
  return fmt::format("[{}, {})", to_string(interval.begin), to_string(interval.end));
}

std::string to_rfc3339(WallTime t) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), (t - whole).count());
}

}  // namespace staydown
