// Structured logs on stderr: one line an event, `time=... level=... event=... key=value ...`
// (logfmt).
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace staydown::service {

enum class LogLevel { kInfo, kWarning, kError };

// One key with its value. Values with spaces, quotes or control characters are quoted and escaped.
struct LogField {
  template <typename T>
  LogField(std::string_view name, const T& value) : key(name), text(fmt::format("{}", value)) {}

  std::string_view key;
  std::string text;
};

// Thread-safe. `event` is a fixed snake_case name that alerts and searches can rely on.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// Sends what is logged from here on to stderr; below `lowest` nothing is written.
void set_up_log(LogLevel lowest);

}  // namespace staydown::service
