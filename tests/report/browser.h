// A real browser that renders one page and ends: Debian's Chromium, headless.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace staydown::report {

struct Screenshot {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // packed
};

// The document after its scripts ran; empty, with a test failure, if Chromium cannot be run.
std::string rendered_dom(const std::string& page_path);

// `page_path` as seen in a window of this size; the PNG stays at `png_path` to be looked at.
Screenshot screenshot(const std::string& page_path, const std::string& png_path, int width,
                      int height);

}  // namespace staydown::report
