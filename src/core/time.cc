#include "core/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

namespace staydown {
namespace {

// Takes parts of a text from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool done() const { return left_.empty(); }
  bool next_is_digit() const { return !done() && left_.front() >= '0' && left_.front() <= '9'; }

  // One of `allowed`; '\0' if something else comes.
  char any_of(std::string_view allowed) {
    if (done() || allowed.find(left_.front()) == allowed.npos) return '\0';
    const char taken = left_.front();
    left_.remove_prefix(1);
    return taken;
  }

  // A number of exactly `digits` digits from `low` to `high`.
  std::optional<int> number(std::size_t digits, int low, int high) {
    if (left_.size() < digits || !next_is_digit()) return std::nullopt;
    int value = 0;
    const auto* end = left_.data() + digits;
    if (std::from_chars(left_.data(), end, value).ptr != end) return std::nullopt;
    left_.remove_prefix(digits);
    return value < low || value > high ? std::nullopt : std::optional(value);
  }

 private:
  std::string_view left_;
};

std::optional<MediaTime> fraction(Scanner& scanner) {
  if (scanner.any_of(".") == '\0') return MediaTime::zero();
  if (!scanner.next_is_digit()) return std::nullopt;
  MediaTime value{};
  for (MediaTime unit = std::chrono::milliseconds(100); scanner.next_is_digit(); unit /= 10) {
    value += *scanner.number(1, 0, 9) * unit;
  }
  return value;
}

std::optional<std::chrono::minutes> offset(Scanner& scanner) {
  const char sign = scanner.any_of("Zz+-");
  if (sign == '\0') return std::nullopt;
  if (sign == 'Z' || sign == 'z') return std::chrono::minutes(0);
  const auto hours = scanner.number(2, 0, 23);
  if (!hours || scanner.any_of(":") == '\0') return std::nullopt;
  const auto minutes = scanner.number(2, 0, 59);
  if (!minutes) return std::nullopt;
  const std::chrono::minutes east(*hours * 60 + *minutes);
  return sign == '+' ? east : -east;
}

}  // namespace

std::string to_string(MediaTime t) { return fmt::format("{:.3f}s", seconds(t)); }

std::string to_string(const Interval& interval) {
  return fmt::format("[{}, {})", to_string(interval.begin), to_string(interval.end));
}

std::string to_rfc3339(WallTime t) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), (t - whole).count());
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.number(4, 1, 9999);
  if (!year || scanner.any_of("-") == '\0') return std::nullopt;
  const auto month = scanner.number(2, 1, 12);
  if (!month || scanner.any_of("-") == '\0') return std::nullopt;
  const auto day = scanner.number(2, 1, 31);
  if (!day || scanner.any_of("Tt ") == '\0') return std::nullopt;
  const auto hour = scanner.number(2, 0, 23);
  if (!hour || scanner.any_of(":") == '\0') return std::nullopt;
  const auto minute = scanner.number(2, 0, 59);
  if (!minute || scanner.any_of(":") == '\0') return std::nullopt;
  const auto second = scanner.number(2, 0, 60);  // 60: a leap second
  if (!second) return std::nullopt;
  const auto part = fraction(scanner);
  if (!part) return std::nullopt;
  const auto east = offset(scanner);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!east || !scanner.done() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *part - *east;
}

}  // namespace staydown
