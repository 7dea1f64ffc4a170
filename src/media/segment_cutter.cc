#include "media/segment_cutter.h"

#include <algorithm>
#include <utility>

#include "media/limits.h"
#include "media/packet_times.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;

// Containers round times to 1 ms (Matroska, FLV): a GOP of 2 s may look 2 ms shorter.
constexpr MediaTime kRounding = 2ms;

// Room is left for what the container adds.
constexpr auto kMostBytes = static_cast<std::int64_t>(SegmentLimits{}.max_bytes / 4 * 3);
constexpr auto kMostPackets = static_cast<std::size_t>(SegmentLimits{}.max_frames);

}  // namespace

bool SegmentCutter::starts_segment(const AVPacket& packet, const Track& track) const {
  if (track.parameters != track_.parameters) return true;
  const auto length =
      in_media_time(packet.pts, track.time_base) - in_media_time(first_, track_.time_base);
  if ((packet.flags & AV_PKT_FLAG_KEY) != 0 && length >= policy_.wanted - kRounding) return true;
  if (length >= policy_.longest || length < -kLongestPause) return true;
  return packets_.size() >= kMostPackets || bytes_ + packet.size > kMostBytes;
}

std::optional<Cut> SegmentCutter::add(AVPacketPtr packet, const Track& track) {
  const auto time_base = track.time_base;
  remove_implausible_times(*packet, time_base);
  if (packet->pts == AV_NOPTS_VALUE) {
    packet->pts =
        packet->dts != AV_NOPTS_VALUE ? packet->dts : previous_.value_or(0) + previous_duration_;
  }
  const auto now = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
  const bool key = (packet->flags & AV_PKT_FLAG_KEY) != 0;

  if (!decodable_) {
    if (!waiting_since_) waiting_since_ = now;
    const auto waited = in_media_time(now, time_base) - in_media_time(*waiting_since_, time_base);
    if (!key && waited >= 0s && waited < policy_.longest) return std::nullopt;
    decodable_ = true;
  }

  std::optional<Cut> cut;
  const auto step =
      in_media_time(now, time_base) - in_media_time(previous_.value_or(now), time_base);
  const bool jumps = std::chrono::abs(step) > kLongestPause;
  if (!packets_.empty() && (jumps || starts_segment(*packet, track))) cut = take();
  previous_ = now;
  if (packet->duration > 0) previous_duration_ = packet->duration;

  if (packets_.empty()) {
    first_ = last_ = packet->pts;
    track_ = track;
  }
  first_ = std::min(first_, packet->pts);
  last_ = std::max(last_, packet->pts);
  bytes_ += packet->size;
  packets_.push_back(std::move(packet));
  return cut;
}

std::optional<Cut> SegmentCutter::finish() {
  std::optional<Cut> cut;
  if (!packets_.empty()) cut = take();
  *this = SegmentCutter(policy_);
  return cut;
}

Cut SegmentCutter::take() {
  const auto first = in_media_time(first_, track_.time_base),
             last = in_media_time(last_, track_.time_base);
  // Of the frame that is shown last; else as long as frames are on average.
  MediaTime duration{};
  for (const auto& packet : packets_) {
    if (packet->pts == last_) duration = in_media_time(packet->duration, track_.time_base);
  }
  if (duration == 0s && packets_.size() > 1) {
    duration = (last - first) / static_cast<std::int64_t>(packets_.size() - 1);
  }
  bytes_ = 0;
  return {track_, std::exchange(packets_, {}), {first, last + duration}, last};
}

}  // namespace staydown::media
