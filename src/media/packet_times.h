// Timestamps of packets as media times.
#pragma once

#include "core/time.h"
#include "media/av_ptr.h"

namespace staydown::media {

inline constexpr AVRational kMicroseconds = {1, 1'000'000};

inline MediaTime in_media_time(std::int64_t ticks, AVRational time_base) {
  return MediaTime(av_rescale_q(ticks, time_base, kMicroseconds));
}

// ffmpeg's -dts_delta_threshold: a longer step of a clock that may change is another clock.
inline constexpr MediaTime kLongestPause = std::chrono::seconds(10);

// Takes away what no clock of a broadcast shows: timestamps beyond 100 years, with which arithmetic
// could overflow, and durations beyond kLongestPause.
void remove_implausible_times(AVPacket& packet, AVRational time_base);

}  // namespace staydown::media
