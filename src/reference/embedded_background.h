// The background set that ships, as text; the build writes its .cc from models/background-pdq.txt.
#pragma once

#include <string_view>

namespace staydown::reference {

extern const std::string_view kEmbeddedBackground;

}  // namespace staydown::reference
