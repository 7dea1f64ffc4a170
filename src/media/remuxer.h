// The video packets of one segment as a container in memory, without transcoding.
#pragma once

#include <vector>

#include "core/result.h"
#include "core/segment.h"
#include "media/track.h"

namespace staydown::media {

// Writes `packets` (of `track`, in decode order, each with a PTS) into a container that starts with
// all that a decoder needs: Matroska where the codec's configuration and picture size are known,
// which keeps times to 1 ms; fragmented MP4 where, beside that, the picture is to be turned; else
// MPEG-TS, for what describes itself in band (H.264 and HEVC as Annex B, MPEG-2, MPEG-4). Takes the
// packets, since their timestamps are rewritten.
//
// Only PTS count. DTS, which many containers lack or get wrong, are made anew from them. In the
// result the smallest PTS is 0 or a few frames later, so frame times are relative to it.
Result<Bytes> remux(std::vector<AVPacketPtr> packets, const Track& track);

}  // namespace staydown::media
