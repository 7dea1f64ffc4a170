#include "media/frame_sampler.h"

namespace staydown::media {

std::string_view name_of(MediaWarning warning) {
  switch (warning) {
    case MediaWarning::kMissingTimestamps:
      return "missing_timestamps";
    case MediaWarning::kDiscontinuity:
      return "discontinuity";
    case MediaWarning::kLeadingFramesDropped:
      return "leading_frames_dropped";
    case MediaWarning::kCorruptFrames:
      return "corrupt_frames";
    case MediaWarning::kIntraRefresh:
      return "intra_refresh";
  }
  return "unknown";
}

}  // namespace staydown::media
