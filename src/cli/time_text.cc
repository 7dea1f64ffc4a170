#include "cli/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace staydown::cli {
namespace {

constexpr double kLongestHours = 1000;

// Digits with at most one decimal point; from_chars alone would take "1e3" and "inf".
std::optional<double> decimal(std::string_view text) {
  const bool plain =
      !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!plain || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<MediaTime> time_of(std::string_view text) {
  double total = 0;
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons > 2) return std::nullopt;
  for (auto left = colons; left >= 0; --left) {
    const auto part = text.substr(0, text.find(':'));
    const auto value = decimal(part);
    if (!value || (left < colons && *value >= 60)) return std::nullopt;
    if (left > 0 && part.find('.') != std::string_view::npos) return std::nullopt;
    total = total * 60 + *value;
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  if (total > kLongestHours * 3600) return std::nullopt;
  return MediaTime(std::llround(total * 1e6));
}

}  // namespace

Result<MediaTime> parse_time(std::string_view text) {
  if (const auto time = time_of(text)) return *time;
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" is not a time; write seconds or [HH:]MM:SS[.fff], e.g. 90 or "
                          "1:30.5",
                          text));
}

Result<Interval> parse_interval(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is not an interval; write FROM-TO, e.g. 1:30-2:15", text));
  }
  const auto from = parse_time(text.substr(0, dash));
  if (!from) return tl::unexpected(from.error());
  const auto to = parse_time(text.substr(dash + 1));
  if (!to) return tl::unexpected(to.error());
  if (*to <= *from) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" ends before it begins; write FROM-TO, e.g. 1:30-2:15", text));
  }
  return Interval{*from, *to};
}

std::string clock_text(MediaTime time) {
  const auto total = std::chrono::round<std::chrono::milliseconds>(time).count();
  const auto hours = total / 3'600'000, minutes = total / 60'000 % 60;
  const double rest = static_cast<double>(total % 60'000) / 1000;
  return hours > 0 ? fmt::format("{}:{:02}:{:06.3f}", hours, minutes, rest)
                   : fmt::format("{}:{:06.3f}", minutes, rest);
}

}  // namespace staydown::cli
