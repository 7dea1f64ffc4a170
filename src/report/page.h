// The HTML around a report's data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace staydown::report {

struct PageContent {
  std::string title;    // any text
  std::string summary;  // any text; what a reader without scripts sees
  std::string json;     // what page.js draws
};

// One self-contained page: style, script and data inline, nothing fetched. Its content security
// policy allows nothing but its own style and script, by their digests. All of `content` is
// escaped.
std::string render_page(const PageContent& content);

std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace staydown::report
