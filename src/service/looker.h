// What is seen of a segment, and who looks at it.
#pragma once

#include <memory>
#include <vector>

#include "core/descriptor.h"
#include "core/result.h"
#include "core/segment.h"
#include "descriptor/describer.h"
#include "media/frame_sampler.h"
#include "service/stage_timer.h"

namespace staydown::service {

// The sampled frames of a segment, and what describes them.
struct Seen {
  media::SampledSegment sampled;
  std::vector<Descriptor> descriptors;
};

// Looks at segments for detectors. Thread-safe.
class Looker {
 public:
  virtual ~Looker() = default;

  // `sampler` is the stream's, and is left as if it had sampled the segment so densely. What it
  // takes is added to the stages "decode" and "describe". The errors are those of both.
  virtual Result<Seen> look(media::FrameSampler& sampler, const Segment& segment,
                            media::Density density, Stages& stages) const = 0;
};

// Samples and describes each time.
class DescribingLooker final : public Looker {
 public:
  explicit DescribingLooker(std::shared_ptr<const descriptor::Describer> describer)
      : describer_(std::move(describer)) {}
  Result<Seen> look(media::FrameSampler& sampler, const Segment& segment, media::Density density,
                    Stages& stages) const override;

 private:
  std::shared_ptr<const descriptor::Describer> describer_;
};

}  // namespace staydown::service
