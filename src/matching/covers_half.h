// Whether two explanations are of the same part.
#pragma once

#include <algorithm>

#include "core/time.h"

namespace staydown::matching {

// At least half of `of` lies in `by`.
inline bool covers_half(const Interval& of, const Interval& by) {
  return 2 * (std::min(of.end, by.end) - std::max(of.begin, by.begin)) >= of.length();
}

}  // namespace staydown::matching
