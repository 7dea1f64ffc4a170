// Puts the timestamps of one or more connections onto one line that starts at 0.
#pragma once

#include "media/segment_cutter.h"

namespace staydown::media {

// Keeps the input's own timestamps for as long as they make sense; where they go back or jump (an
// encoder restarted, another connection) goes on right after the last frame. Pure.
class InputTimeline {
 public:
  // Start of `cut` on the line, after all frames placed so far. A step forward by more than
  // `longest_pause` is taken for another clock.
  MediaTime place(const Cut& cut, MediaTime longest_pause);

 private:
  bool started_ = false;
  MediaTime offset_{};      // line = raw + offset_
  MediaTime last_frame_{};  // on the line
  MediaTime end_{};         // on the line
};

}  // namespace staydown::media
