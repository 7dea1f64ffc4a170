// What is inside a segment, as FFmpeg reads it without probing.
#pragma once

#include <string>
#include <vector>

#include "core/segment.h"

namespace staydown::media {

struct SegmentContent {
  std::string demuxer, codec;
  std::vector<MediaTime> packets;  // PTS relative to the smallest, in decode order
  std::vector<MediaTime> frames;   // the same of the decoded frames, as they come out
  bool begins_with_keyframe = false;
  int height = 0;    // of the last decoded frame
  int rotation = 0;  // clockwise degrees that a player turns the picture by
};

SegmentContent content_of(const Segment& segment);

}  // namespace staydown::media
