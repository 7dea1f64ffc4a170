// What was seen of one stream, for all variants that look at it.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "service/looker.h"
#include "variant.h"

namespace staydown::bench {

// All that a look depends on while no pictures are held from the segments before.
struct LookKey {
  std::int64_t sequence = 0;  // of the segment
  media::Density density{};
  media::SamplingMode before{};  // of the stream's segment before
  std::string sampling;          // Variant::sampling
  // NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const LookKey&) const = default;
};

// A look without its frames, and the sampler's memory after it.
struct KeptLook {
  std::string describing;  // Variant::describing
  Result<service::Seen> seen;
  media::SamplerMemory after;
};

// Looks at one stream. Not thread-safe.
class SharedLooks {
 public:
  // The look as `describing` would take it; hashes alone are taken from a model's. nullptr: none.
  // Stays where it is while `this` lives.
  const KeptLook* find(const LookKey& key, const std::string& describing);
  void keep(const LookKey& key, KeptLook look);

  double cpu_s = 0;  // that all looks took

 private:
  std::map<LookKey, std::deque<KeptLook>> looks_;
};

// Gives what service::DescribingLooker would, without the frames, and takes it from `looks` where
// it is there: what variants look at in the same way is sampled and described once. A stream whose
// segments end with pictures that the next may go on from (keyframes more than the tolerated
// interval apart) depends on all that its sampler has decoded, so there each variant looks for
// itself. Only for segments that are containers of their own, as media::open_input gives them.
// `looks` and `variant` must outlive it. Not thread-safe, as `looks`.
class SharedLooker final : public service::Looker {
 public:
  SharedLooker(SharedLooks& looks, const Variant& variant,
               std::shared_ptr<const descriptor::Describer> describer)
      : looks_(looks), variant_(variant), own_(std::move(describer)) {}

  Result<service::Seen> look(media::FrameSampler& sampler, const Segment& segment,
                             media::Density density, service::Stages& stages) const override;

 private:
  SharedLooks& looks_;
  const Variant& variant_;
  service::DescribingLooker own_;
};

}  // namespace staydown::bench
