// Text as numbered lines. Private to this folder.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace staydown::reference {

struct Line {
  std::size_t number = 0;  // from 1
  std::string_view text;   // without its end (LF or CRLF) and blanks around it
};

// Views into `text`. A newline at the very end starts no further line.
std::vector<Line> lines_of(std::string_view text);

std::string_view without_blanks(std::string_view text);

}  // namespace staydown::reference
