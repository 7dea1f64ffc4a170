// From the timestamps of a container to times within a segment.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/time.h"

namespace staydown::media {

inline constexpr std::int64_t kNoTimestamp = std::numeric_limits<std::int64_t>::min();

struct PacketTime {
  std::int64_t pts = kNoTimestamp, dts = kNoTimestamp, duration = 0;  // in time base units
};

struct TimeBase {
  int numerator = 1, denominator = 1;  // of a second
  int timestamp_bits = 64;             // timestamps wrap at 2^this
};

struct Timeline {
  std::vector<MediaTime> times;  // of the packets, from the smallest on, which is 0
  MediaTime duration{};          // to the end of the last frame
  bool missing_timestamps = false;
  bool discontinuity = false;
};

// Places packets, given in decoding order, on one line that begins at 0. Timestamps that wrap are
// continued; after a jump (back, or ahead by more than kLongestStep) the line goes on as if the
// next frame followed at the usual distance, which is the median of the segment. A packet without
// PTS gets its DTS, else follows the one before it. `expected` is what ingest says that the segment
// lasts, used where there is no timestamp at all; 0: unknown.
Timeline timeline_of(const std::vector<PacketTime>& packets, TimeBase base,
                     MediaTime expected = {});

// Segments last 10 s at most as a rule, so no two neighbours of one are further apart.
inline constexpr MediaTime kLongestStep = std::chrono::seconds(10);

}  // namespace staydown::media
