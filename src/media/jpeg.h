// JPEG files for people: the report's pictures.
#pragma once

#include "core/frame.h"
#include "core/result.h"
#include "core/segment.h"

namespace staydown::media {

// Encodes `image` (1 or 3 channels) scaled to at most `width` px wide.
Result<Bytes> encode_jpeg(const Image& image, int width);

}  // namespace staydown::media
