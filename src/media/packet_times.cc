#include "media/packet_times.h"

namespace staydown::media {
namespace {

constexpr MediaTime kLatest = std::chrono::years(100);

}  // namespace

void remove_implausible_times(AVPacket& packet, AVRational time_base) {
  for (auto* ticks : {&packet.pts, &packet.dts}) {
    const auto time = in_media_time(*ticks, time_base);
    if (time < -kLatest || time > kLatest) *ticks = AV_NOPTS_VALUE;
  }
  const auto duration = in_media_time(packet.duration, time_base);
  if (duration < MediaTime{} || duration > kLongestPause) packet.duration = 0;
}

}  // namespace staydown::media
