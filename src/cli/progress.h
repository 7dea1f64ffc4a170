// One line on the terminal that says how far long work has come.
#pragma once

#include <chrono>
#include <string>

namespace staydown::cli {

// Writes to stderr, and only where that is a terminal; at most five times a second. Not
// thread-safe.
class Progress {
 public:
  Progress();
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const std::string& text);

  // Makes room for other output; the next `show` brings the line back.
  void clear();

 private:
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace staydown::cli
