// The size of a video's pictures, where the container does not say it.
#pragma once

#include "media/av_ptr.h"

namespace staydown::media {

// Sets width and height of `parameters` to those of `keyframe`, read by FFmpeg's parser without
// decoding. Leaves 0 where the parser finds none.
void find_picture_size(const AVPacket& keyframe, AVCodecParameters& parameters);

}  // namespace staydown::media
