#include "service/looker.h"

#include <utility>

namespace staydown::service {

Result<Seen> DescribingLooker::look(media::FrameSampler& sampler, const Segment& segment,
                                    media::Density density, Stages& stages) const {
  Seen seen;
  {
    const StageTimer timer(stages, "decode");
    auto sampled = sampler.sample(segment, density);
    if (!sampled) return tl::unexpected(sampled.error());
    seen.sampled = *std::move(sampled);
  }
  const StageTimer timer(stages, "describe");
  auto descriptors = describer_->describe(seen.sampled.frames);
  if (!descriptors) return tl::unexpected(descriptors.error());
  seen.descriptors = *std::move(descriptors);
  return seen;
}

}  // namespace staydown::service
