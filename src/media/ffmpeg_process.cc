#include "media/ffmpeg_process.h"

#include <cstddef>
#include <mutex>

extern "C" {
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace staydown::media {
namespace {

// A frame of SegmentLimits::max_pixels in 16-bit 4:4:4 takes 203 MiB. A 1 KB MP4 can declare an
// index of several GiB (stsz with a constant sample size), which this stops.
constexpr std::size_t kMaxAllocation = 256U << 20U;

}  // namespace

void set_up_ffmpeg() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(kMaxAllocation);
  });
}

}  // namespace staydown::media
