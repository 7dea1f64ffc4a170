// Which packets of a segment are worth decoding.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "media/access_unit.h"
#include "media/frame_sampler.h"

namespace staydown::media {

struct PlannedPacket {
  MediaTime time{};  // since the beginning of the segment
  FrameKind kind = FrameKind::kReference;
};

struct SamplingSituation {
  Density density = Density::kNormal;
  SamplingMode previous = SamplingMode::kKeyframes;  // of the stream's last segment
  bool decoder_goes_on = false;  // it holds what the first packet of the segment refers to
};

struct SamplingPlan {
  SamplingMode mode = SamplingMode::kKeyframes;
  MediaTime interval{};              // between sampled frames
  std::vector<std::size_t> decode;   // packets for the decoder, in decoding order; never empty
  bool continued = false;            // the decoder goes on from the segment before
  bool from_recovery_point = false;  // the first packet is no keyframe
  bool leading_dropped = false;
  bool intra_refresh = false;
  bool open_ended = false;  // the next segment may need what the decoder then holds
};

// Keyframes alone while they are at most `tolerated` apart (with 10 % slack, which a stream that
// has once exceeded it does not get back), of these those `wanted` apart. Otherwise all that others
// refer to, or all frames where that leaves gaps. Decoding begins at the first keyframe, else at
// the first recovery point, else at the first packet if the decoder goes on; nullopt if it cannot
// begin. kSteady and kDense tolerate nothing beyond what they want; kThin takes the first keyframe
// alone, where there is one. `duration` is that of the segment.
// Pure.
std::optional<SamplingPlan> plan_of(const std::vector<PlannedPacket>& packets, MediaTime duration,
                                    const SamplingPolicy& policy,
                                    const SamplingSituation& situation);

// Thins frames out to one per interval: takes the first frame of each, counted from 0. Give it
// frames in presentation order. Timestamps that a container has rounded (to 1 ms in FLV and
// Matroska) may be early by 2 % of the interval.
class IntervalPicker {
 public:
  explicit IntervalPicker(MediaTime interval) : interval_(interval) {}

  bool takes(MediaTime time);  // time >= 0

 private:
  MediaTime interval_;
  std::optional<std::int64_t> last_;  // interval from which a frame was taken
};

}  // namespace staydown::media
