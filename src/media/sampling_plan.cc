#include "media/sampling_plan.h"

#include <algorithm>

namespace staydown::media {
namespace {

MediaTime with_slack(MediaTime interval) { return interval + interval / 10; }

// The longest time that passes without one of the packets that `counts`, from the first of them to
// the end of the segment.
template <typename Counts>
MediaTime longest_gap(const std::vector<PlannedPacket>& packets, MediaTime duration,
                      Counts counts) {
  std::vector<MediaTime> times;
  for (const auto& packet : packets) {
    if (counts(packet.kind)) times.push_back(packet.time);
  }
  if (times.empty()) return MediaTime::max();
  std::sort(times.begin(), times.end());
  MediaTime longest = duration - times.back();
  for (std::size_t i = 1; i < times.size(); ++i) {
    longest = std::max(longest, times[i] - times[i - 1]);
  }
  return longest;
}

bool is_key(FrameKind kind) { return kind == FrameKind::kKey; }
bool is_needed(FrameKind kind) { return kind != FrameKind::kDisposable; }

std::optional<std::size_t> first_of(const std::vector<PlannedPacket>& packets, FrameKind kind) {
  const auto found = std::find_if(packets.begin(), packets.end(),
                                  [&](const auto& packet) { return packet.kind == kind; });
  if (found == packets.end()) return std::nullopt;
  return static_cast<std::size_t>(found - packets.begin());
}

// Keyframes at least `wanted` apart.
void pick_keyframes(const std::vector<PlannedPacket>& packets, SamplingPlan& plan) {
  std::optional<MediaTime> last;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (!is_key(packets[i].kind)) continue;
    if (last && packets[i].time - *last < plan.interval - plan.interval / 10) continue;
    last = packets[i].time;
    plan.decode.push_back(i);
  }
  plan.leading_dropped = !is_key(packets.front().kind);
}

// Everything from `begin` on, but for what may be skipped and, after a keyframe with which decoding
// begins, the frames shown before it, which refer to the time before.
void pick_run(const std::vector<PlannedPacket>& packets, std::size_t begin, SamplingPlan& plan) {
  plan.leading_dropped = begin > 0;
  const bool clean_start = !plan.continued && is_key(packets[begin].kind);
  for (std::size_t i = begin; i < packets.size(); ++i) {
    if (clean_start && i > begin && packets[i].time < packets[begin].time) {
      plan.leading_dropped = true;
      continue;
    }
    if (plan.mode == SamplingMode::kReferenceFrames && !is_needed(packets[i].kind)) continue;
    plan.decode.push_back(i);
  }
}

}  // namespace

std::optional<SamplingPlan> plan_of(const std::vector<PlannedPacket>& packets, MediaTime duration,
                                    const SamplingPolicy& policy,
                                    const SamplingSituation& situation) {
  if (packets.empty()) return std::nullopt;
  if (const auto key = first_of(packets, FrameKind::kKey);
      key && situation.density == Density::kThin) {
    SamplingPlan one;
    one.interval = std::max(policy.wanted, duration);
    one.decode = {*key};
    one.leading_dropped = *key > 0;
    return one;
  }
  const bool normal = situation.density == Density::kNormal;
  const bool slack = !normal || situation.previous == SamplingMode::kKeyframes;

  SamplingPlan plan;
  plan.interval = situation.density == Density::kDense ? policy.dense : policy.wanted;
  const MediaTime limit = normal ? policy.tolerated : plan.interval;
  if (longest_gap(packets, duration, is_key) <= (slack ? with_slack(limit) : limit)) {
    pick_keyframes(packets, plan);
    return plan;
  }

  const auto key = first_of(packets, FrameKind::kKey);
  const auto recovery = first_of(packets, FrameKind::kRecoveryPoint);
  plan.continued = situation.decoder_goes_on && !is_key(packets.front().kind);
  plan.intra_refresh = recovery.has_value();
  std::size_t begin = 0;
  if (!plan.continued) {
    if (!key && !recovery) return std::nullopt;
    begin = key ? *key : *recovery;
    plan.from_recovery_point = !key;
  }
  const bool skip = longest_gap(packets, duration, is_needed) <= with_slack(plan.interval) &&
                    first_of(packets, FrameKind::kDisposable).has_value();
  plan.mode = skip ? SamplingMode::kReferenceFrames : SamplingMode::kAllFrames;
  pick_run(packets, begin, plan);

  const auto last_key = std::find_if(packets.rbegin(), packets.rend(),
                                     [](const auto& packet) { return is_key(packet.kind); });
  plan.open_ended =
      last_key == packets.rend() || duration - last_key->time > with_slack(policy.tolerated);
  return plan;
}

bool IntervalPicker::takes(MediaTime time) {
  if (interval_ <= MediaTime(0)) return true;
  const std::int64_t interval = (time + interval_ / 50) / interval_;
  if (last_ && interval <= *last_) return false;
  last_ = interval;
  return true;
}

}  // namespace staydown::media
