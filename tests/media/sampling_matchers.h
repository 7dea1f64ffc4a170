// What a test of the sampler says about frames.
#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <vector>

#include "media/frame_sampler.h"
#include "support/synthetic_video.h"

namespace staydown::media {

inline void PrintTo(const SampledSegment& sampled, std::ostream* out) {
  *out << "mode " << static_cast<int>(sampled.mode) << ", " << sampled.decoded_frames
       << " decoded, " << to_string(sampled.duration) << ", frames";
  for (const auto& frame : sampled.frames) {
    *out << " " << to_string(frame.time) << " (" << frame.luma.width << "x" << frame.luma.height
         << ")";
  }
  *out << ", warnings";
  for (const auto warning : sampled.warnings) *out << " " << static_cast<int>(warning);
}

inline std::vector<MediaTime> times_of(const std::vector<Frame>& frames) {
  std::vector<MediaTime> times;
  for (const auto& frame : frames) times.push_back(frame.time);
  return times;
}

// The greatest mean difference between a frame and what the video shows at that moment, 0-255.
// Pictures that were merely encoded differ by about 1, other moments and scenes by more than 15.
inline double worst_difference(const std::vector<Frame>& frames, const support::VideoSpec& spec,
                               MediaTime video_starts_at = MediaTime(0)) {
  double worst = 0;
  for (const auto& frame : frames) {
    support::VideoSpec shown = spec;
    shown.width = frame.luma.width;
    shown.height = frame.luma.height;
    const Image expected = support::luma_of(support::picture(shown, frame.time - video_starts_at));
    worst = std::max(worst, support::mean_difference(frame.luma, expected));
  }
  return worst;
}

constexpr double kSamePicture = 5;

}  // namespace staydown::media
