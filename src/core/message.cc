#include "core/message.h"

#include <algorithm>

namespace staydown {

const std::string* find_header(const Headers& headers, std::string_view name) {
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [&](const Header& header) { return header.name == name; });
  return found == headers.rend() ? nullptr : &found->value;
}

}  // namespace staydown
