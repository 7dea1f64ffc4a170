// Times as people type them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace staydown::cli {

// Seconds ("90", "90.5") or [HH:]MM:SS[.fff] ("1:30", "01:02:03.5"). kInvalidArgument names the
// text and what to write.
Result<MediaTime> parse_time(std::string_view text);

// "FROM-TO", from before to, e.g. "1:30-2:15.5".
Result<Interval> parse_interval(std::string_view text);

// "2:03:04.500": hours only where there are any. For people.
std::string clock_text(MediaTime time);

}  // namespace staydown::cli
