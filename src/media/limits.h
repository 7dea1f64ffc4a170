// What one segment may cost. Media is hostile input: everything about it is bounded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace staydown::media {

struct SegmentLimits {
  std::size_t max_bytes = 64U << 20;
  std::int64_t max_pixels = 8192LL * 4320;  // coded width x height
  int max_packets = 20'000;
  int max_frames = 2'000;                    // decoded
  std::chrono::milliseconds max_cpu{5'000};  // of this thread, checked between packets
};

}  // namespace staydown::media
