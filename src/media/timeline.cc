#include "media/timeline.h"

#include <algorithm>

namespace staydown::media {
namespace {

// Timestamps this far back are a jump. Decoding timestamps only ever jitter; presentation
// timestamps, where there is nothing else, go back by the reorder depth: 16 frames at most in H.264
// and HEVC, 3.2 s at 5 frames a second.
constexpr MediaTime kDecodingStepBack = std::chrono::milliseconds(500);
constexpr MediaTime kPresentationStepBack = std::chrono::milliseconds(3'200);

// Where nothing says how far frames are apart.
constexpr MediaTime kUsualStep = std::chrono::milliseconds(40);

// Longest time that is believed: products of it stay far from overflow.
constexpr double kFarthest = 1e15;

MediaTime to_time(std::int64_t ticks, TimeBase base) {
  if (base.denominator <= 0 || base.numerator <= 0) return {};
  const double time = static_cast<double>(ticks) * base.numerator * 1e6 / base.denominator;
  return MediaTime(
      static_cast<std::int64_t>(std::clamp(time, -kFarthest, kFarthest) + (time < 0 ? -0.5 : 0.5)));
}

// Wraps like unsigned numbers do, since hostile timestamps may be anything.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

// Continues timestamps that wrap: each is taken to be as near to `last` as it can be.
class Unwrapper {
 public:
  explicit Unwrapper(int bits) : period_(bits > 0 && bits < 62 ? std::int64_t{1} << bits : 0) {}

  std::int64_t operator()(std::int64_t timestamp) {
    if (timestamp == kNoTimestamp) return timestamp;
    if (period_ != 0 && has_last_) {
      const std::int64_t step = difference(timestamp, last_) % period_;
      timestamp = last_ + step;
      if (step > period_ / 2) timestamp -= period_;
      if (step < -period_ / 2) timestamp += period_;
    }
    has_last_ = true;
    last_ = timestamp;
    return timestamp;
  }

 private:
  std::int64_t period_, last_ = 0;
  bool has_last_ = false;
};

struct Stamp {
  bool has_pts = false, has_dts = false;
  MediaTime pts{}, dts{};

  bool empty() const { return !has_pts && !has_dts; }
  MediaTime order() const { return has_dts ? dts : pts; }  // on what decoding order goes on
};

std::vector<Stamp> stamps_of(const std::vector<PacketTime>& packets, TimeBase base) {
  Unwrapper unwrap(base.timestamp_bits);
  std::vector<Stamp> stamps;
  std::int64_t origin = kNoTimestamp;
  for (const auto& packet : packets) {
    const std::int64_t dts = unwrap(packet.dts), pts = unwrap(packet.pts);
    if (origin == kNoTimestamp) origin = dts != kNoTimestamp ? dts : pts;
    Stamp stamp{.has_pts = pts != kNoTimestamp, .has_dts = dts != kNoTimestamp};
    if (stamp.has_pts) stamp.pts = to_time(difference(pts, origin), base);
    if (stamp.has_dts) stamp.dts = to_time(difference(dts, origin), base);
    if (stamp.has_pts && stamp.has_dts && std::chrono::abs(stamp.pts - stamp.dts) > kLongestStep) {
      stamp.has_pts = false;
    }
    stamps.push_back(stamp);
  }
  return stamps;
}

// Median distance of neighbours in presentation order.
MediaTime usual_step(const std::vector<Stamp>& stamps, MediaTime expected) {
  std::vector<MediaTime> times, steps;
  for (const auto& stamp : stamps) {
    if (!stamp.empty()) times.push_back(stamp.has_pts ? stamp.pts : stamp.dts);
  }
  std::sort(times.begin(), times.end());
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] > times[i - 1]) steps.push_back(times[i] - times[i - 1]);
  }
  if (!steps.empty()) {
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle <= kLongestStep ? *middle : kUsualStep;
  }
  if (expected > MediaTime(0) && times.empty()) {
    return expected / static_cast<std::int64_t>(stamps.size());
  }
  return kUsualStep;
}

}  // namespace

Timeline timeline_of(const std::vector<PacketTime>& packets, TimeBase base, MediaTime expected) {
  Timeline timeline;
  if (packets.empty()) return timeline;
  const auto stamps = stamps_of(packets, base);
  const MediaTime step = usual_step(stamps, expected);

  MediaTime shift{};                    // added to timestamps since the last jump
  MediaTime last_order{}, last_time{};  // of the packet before, on the resulting line
  bool started = false;                 // a timestamp was seen
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    const Stamp& stamp = stamps[i];
    if (!stamp.has_pts) timeline.missing_timestamps = true;
    if (stamp.empty()) {
      last_time += step;
      last_order += step;
      timeline.times.push_back(last_time);
      continue;
    }
    if (!started) {
      // Packets without a timestamp before this one were placed from `step` on.
      if (i > 0) shift = last_order + step - stamp.order();
    } else {
      const MediaTime ahead = stamp.order() + shift - last_order;
      const MediaTime back = stamp.has_dts ? kDecodingStepBack : kPresentationStepBack;
      if (ahead > kLongestStep || ahead < -back) {
        timeline.discontinuity = true;
        shift = last_order + step - stamp.order();
      }
    }
    started = true;
    last_order = stamp.order() + shift;
    last_time = (stamp.has_pts ? stamp.pts : stamp.dts) + shift;
    timeline.times.push_back(last_time);
  }

  const MediaTime first = *std::min_element(timeline.times.begin(), timeline.times.end());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    timeline.times[i] -= first;
    const MediaTime own = to_time(packets[i].duration, base);
    const bool believable = own > MediaTime(0) && own <= kLongestStep;
    timeline.duration = std::max(timeline.duration, timeline.times[i] + (believable ? own : step));
  }
  return timeline;
}

}  // namespace staydown::media
