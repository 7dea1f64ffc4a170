// page.html, page.css and page.js as the build embeds them.
#pragma once

#include <string_view>

namespace staydown::report {

extern const std::string_view kPageMarkup, kPageStyle, kPageScript;

}  // namespace staydown::report
