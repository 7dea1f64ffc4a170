#include "media/input_timeline.h"

namespace staydown::media {

MediaTime InputTimeline::place(const Cut& cut, MediaTime longest_pause) {
  const auto start = cut.raw.begin + offset_;
  const bool jumped = start - end_ > longest_pause;
  if (!started_ || start <= last_frame_ || jumped) offset_ = end_ - cut.raw.begin;
  started_ = true;
  last_frame_ = cut.last_frame + offset_;
  end_ = cut.raw.end + offset_;
  return cut.raw.begin + offset_;
}

}  // namespace staydown::media
