#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

namespace staydown::cli {
namespace {

constexpr auto kBetween = std::chrono::milliseconds(200);

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

}  // namespace

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::show(const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_) return;
  next_ = now + kBetween;
  std::cerr << "\r\x1b[K" << text.substr(0, terminal_width()) << std::flush;
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
  next_ = {};
}

}  // namespace staydown::cli
