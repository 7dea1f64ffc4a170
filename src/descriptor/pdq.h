// PDQ perceptual hash of an image.
//
// Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Davis et al.,
// Facebook 2019.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/descriptor.h"
#include "core/frame.h"

namespace staydown::descriptor {

struct PdqResult {
  PdqHash hash;
  PdqHash mirrored;  // hash of the image flipped left to right
  int quality = 0;   // 0-100; below 50 the frame says too little to be matched
};

// `luma` has one channel and any size from 1 x 1. `source` is the size of the picture that it was
// scaled down from by area: PDQ's windows and their phase depend on it, and following it keeps the
// hash of the small image near that of the whole one (docs/decisions/0004-descriptors.md). 0 x 0
// stands for an image that was not scaled. Thread-safe.
PdqResult pdq(const Image& luma, Size source = {});

// 64 lower-case hexadecimal digits, and back; nullopt for anything else (upper case is read too).
std::string to_hex(const PdqHash& hash);
std::optional<PdqHash> pdq_from_hex(std::string_view hex);

}  // namespace staydown::descriptor
