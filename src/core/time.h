// Time on the media's own line and on the wall.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace staydown {

// Position in, or duration of, a stream or reference. PTS and time bases exist only inside media/.
using MediaTime = std::chrono::microseconds;

// Wall clock, UTC. Passed in as a parameter wherever it matters.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// Half open: begin <= t < end.
struct Interval {
  MediaTime begin{}, end{};

  MediaTime length() const { return end - begin; }
  bool contains(MediaTime t) const { return begin <= t && t < end; }
  auto operator<=>(const Interval&) const = default;
};

inline double seconds(MediaTime t) { return std::chrono::duration<double>(t).count(); }

// "12.345s"; for people, not for parsing.
std::string to_string(MediaTime t);
std::string to_string(const Interval& interval);  // "[12.000s, 32.000s)"
std::string to_rfc3339(WallTime t);               // "2026-11-21T23:16:00.123456Z"

// Any RFC 3339 date-time, offsets included; fractions beyond microseconds are cut. nullopt for
// anything else.
std::optional<WallTime> from_rfc3339(std::string_view text);

}  // namespace staydown
