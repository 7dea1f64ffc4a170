// What a packet holds, read from its first few bytes without decoding.
#pragma once

#include <cstdint>

#include "media/av_ptr.h"
#include "media/memory_input.h"

namespace staydown::media {

enum class FrameKind : std::uint8_t {
  kKey,            // can be decoded on its own
  kRecoveryPoint,  // decoding may begin here, and is right some frames later (intra refresh)
  kReference,      // needs others, and others may need it
  kDisposable,     // needs others; nothing needs it
};

// Classifies the packets of one video stream.
//
// H.264 (ITU-T H.264, 7.3 and D.2.8) and HEVC (ITU-T H.265, 7.4.2.2) are read from the bitstream:
// containers and FFmpeg's parser mark recovery points of intra-refresh streams as keyframes. A
// keyframe without IDR (open GOP) is one that the container or parser marks, and whose slices are
// all intra. For other codecs the container's mark is what there is; none is kDisposable.
class AccessUnits {
 public:
  explicit AccessUnits(const AVCodecParameters& parameters);

  FrameKind kind_of(ByteSpan packet, bool marked_as_key) const;

 private:
  AVCodecID codec_;
  int length_size_ = 0;  // of NAL units; 0: they follow start codes
};

}  // namespace staydown::media
