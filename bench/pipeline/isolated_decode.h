// Decoding the keyframes of a segment with nothing around it: the least that FFmpeg needs.
#pragma once

#include <vector>

#include "core/segment.h"
#include "media/av_ptr.h"

namespace staydown::bench {

// Demuxes an MPEG-TS segment from memory without probing, gives the decoder the keyframes only, and
// drains it. One decoder is reused. Throws std::runtime_error: the footage is ours.
class KeyframeDecoder {
 public:
  std::vector<media::AVFramePtr> decode(const Bytes& segment);

 private:
  media::AVCodecContextPtr decoder_;
};

}  // namespace staydown::bench
