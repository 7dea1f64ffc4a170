// Keeps, at working size, the decoded frames that a plan asks for.
#pragma once

#include <cstdint>
#include <vector>

#include "core/frame.h"
#include "core/result.h"
#include "media/decoder.h"
#include "media/frame_sampler.h"
#include "media/sampling_plan.h"
#include "media/scaler.h"

namespace staydown::media {

// Of one segment that starts at `start`. Frames of the segment before, which come out late, are
// left out. Borrows the scaler. Not thread-safe.
class FrameCollector {
 public:
  FrameCollector(MediaTime start, const SamplingPlan& plan, bool rgb, Presentation presentation,
                 Scaler& scaler);

  // Takes every frame that `decoder` has ready. Errors are the scaler's.
  Result<void> collect(Decoder& decoder);

  std::int64_t decoded() const { return decoded_; }
  bool corrupt() const { return corrupt_; }  // the decoder said so of a frame

  // In presentation order, distinct times. Call once, at the end.
  std::vector<Frame> take();

 private:
  Result<Frame> frame_of(const AVFrame& decoded) const;

  MediaTime start_;
  SamplingMode mode_;
  IntervalPicker picker_;
  bool rgb_;
  Presentation presentation_;
  Scaler& scaler_;
  std::vector<Frame> frames_;
  std::int64_t decoded_ = 0;
  bool corrupt_ = false;
};

// One frame of `dense` per `interval`, counted from `start`; everything else stays.
SampledSegment thinned_out(const SampledSegment& dense, MediaTime start, MediaTime interval);

}  // namespace staydown::media
