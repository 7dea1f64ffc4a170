// Rows for columns, so that what looks along rows can look along columns.
#pragma once

#include "core/frame.h"
#include "descriptor/views.h"

namespace staydown::descriptor {

// One channel. Thread-safe.
Image transposed(const Image& image);

inline Box transposed(const Box& box) { return {box.y, box.x, box.height, box.width}; }

}  // namespace staydown::descriptor
