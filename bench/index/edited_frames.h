// Real frames and the same frames after edits.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/frame.h"

namespace staydown::bench {

// Calls `use` with each frame of the folders: every image and, at one frame a second, every video
// below them. A frame comes as the original, then each of its edits, all 192 x 192 and of
// `channels` (1: grey, 3: RGB). Frames go through the ffmpeg program.
void for_each_frame(std::span<const std::string> folders, int channels,
                    const std::function<void(const std::vector<Image>&)>& use);

}  // namespace staydown::bench
