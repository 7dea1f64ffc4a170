// A stored neighbour of one query descriptor.
#pragma once

#include <cstdint>

#include "core/reference.h"

namespace staydown {

struct Hit {
  std::uint32_t descriptor = 0;    // position among the descriptors that were searched together
  ReferenceTimelinePtr reference;  // never null
  std::uint32_t entry = 0;         // position in reference->entries
  float distance = 0;              // on the scale of the descriptor's kind; lower is closer
};

}  // namespace staydown
