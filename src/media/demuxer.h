// The packets of a segment's video stream.
#pragma once

#include <vector>

#include "core/result.h"
#include "media/av_ptr.h"
#include "media/container.h"
#include "media/cpu_budget.h"
#include "media/limits.h"
#include "media/scaler.h"

namespace staydown::media {

struct DemuxedVideo {
  AVCodecParametersPtr parameters;  // as far as the container knows them
  Presentation presentation;
  AVRational time_base = {1, 1};     // of the packets' timestamps
  int timestamp_bits = 64;           // timestamps wrap at 2^this
  std::vector<AVPacketPtr> packets;  // in decoding order, timestamps as they are in the container
  bool damaged = false;              // the demuxer met something that it could not read
};

// Reads `head` and then `body` (see MemoryInput) with the demuxer of `container`. Of several video
// streams the first that can be decoded is taken; cover pictures do not count. Nothing is probed,
// decoded, or opened beside the bytes: no file and no URL that they name. Edit lists are ignored.
//
// Errors: kMalformed, kTruncated, kNoVideo, kUnsupportedCodec, kTooLarge, kTimeLimit.
Result<DemuxedVideo> demux(Container container, ByteSpan head, ByteSpan body,
                           const SegmentLimits& limits, const CpuBudget& budget);

}  // namespace staydown::media
