// From the bytes of a segment to its sampled frames.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/frame.h"
#include "core/result.h"
#include "core/segment.h"
#include "media/limits.h"

namespace staydown::media {

struct SamplingPolicy {
  MediaTime wanted = std::chrono::seconds(1);        // interval between sampled frames
  MediaTime tolerated = std::chrono::seconds(2);     // keyframes this far apart still suffice
  // While an alignment is undecided. A frame sooner after another than 450 ms does not vote
  // (matching/alignment.cc), so that more of them cost and tell nothing.
  MediaTime dense = std::chrono::milliseconds(500);
  bool rgb = false;                                  // fill Frame::rgb beside the luma
};

// kThin takes one frame of the segment, a keyframe where there is one; kNormal what the keyframes
// allow; kSteady is for a stream that shows a decided copy; kDense for one with an open alignment.
enum class Density : std::uint8_t { kThin, kNormal, kSteady, kDense };

// How the frames of a segment were obtained.
enum class SamplingMode : std::uint8_t { kKeyframes, kReferenceFrames, kAllFrames };

// Oddities that were survived; each is counted by the caller.
enum class MediaWarning : std::uint8_t {
  kMissingTimestamps,
  kDiscontinuity,
  kLeadingFramesDropped,  // frames before the first keyframe
  kCorruptFrames,
  kIntraRefresh,
  kMaxValue = kIntraRefresh,
};
std::string_view name_of(MediaWarning warning);

struct SampledSegment {
  std::vector<Frame> frames;  // in presentation order, distinct times
  MediaTime duration{};       // from the smallest PTS to the end of the last frame
  SamplingMode mode = SamplingMode::kKeyframes;
  std::vector<MediaWarning> warnings;  // each at most once
  std::int64_t decoded_frames = 0;
};

// What of a stream's past the next sampler of the stream needs. Decoded pictures are not part of
// it: a stream without keyframes is blind from there to its next recovery point.
struct SamplerMemory {
  SamplingMode mode = SamplingMode::kKeyframes;
  Bytes ts_tables;  // PAT and PMT packets
  Bytes init;       // init segment of fragments; empty if none, or larger than 16 KiB

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.mode, self.ts_tables, self.init);
  }
};

// Decodes the sampled frames of one stream, segment by segment; keeps the codec context and what a
// later segment may lack (PAT, PMT, parameter sets). See docs/decisions/0003-sampling.md.
//
// Not thread-safe: one sampler per stream, used by one worker thread. After an error it is ready
// for the next segment. The same segments in the same order give the same frames, however long that
// takes.
class FrameSampler {
 public:
  explicit FrameSampler(SamplingPolicy policy = {}, SegmentLimits limits = {});
  ~FrameSampler();
  FrameSampler(FrameSampler&&) noexcept;
  FrameSampler& operator=(FrameSampler&&) noexcept;

  // May be called twice for one segment, first kNormal and then kDense. Frame times are
  // segment.start + PTS - smallest PTS of the segment.
  Result<SampledSegment> sample(const Segment& segment, Density density = Density::kNormal);

  // Whether it holds pictures, which `memory` leaves out, that what comes next may need.
  bool holds_pictures() const;
  SamplerMemory memory() const;
  void recall(SamplerMemory memory);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::media
