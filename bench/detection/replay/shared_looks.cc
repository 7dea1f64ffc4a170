#include "shared_looks.h"

#include <algorithm>
#include <utility>

#include "pipeline/cpu_clock.h"

namespace staydown::bench {
namespace {

// Frames are large, and nobody asks for them.
service::Seen without_frames(const service::Seen& seen) {
  const auto& sampled = seen.sampled;
  return {.sampled = {.frames = {},
                      .duration = sampled.duration,
                      .mode = sampled.mode,
                      .warnings = sampled.warnings,
                      .decoded_frames = sampled.decoded_frames},
          .descriptors = seen.descriptors};
}

// descriptor::Describer gives a model's descriptors among the hashes that it would give without.
service::Seen hashes_of(const service::Seen& seen) {
  service::Seen hashes = without_frames(seen);
  std::erase_if(hashes.descriptors, [](const Descriptor& descriptor) {
    return kind_of(descriptor.value) != DescriptorKind::kPdq;
  });
  return hashes;
}

}  // namespace

const KeptLook* SharedLooks::find(const LookKey& key, const std::string& describing) {
  auto& kept = looks_[key];
  const auto same = std::ranges::find(kept, describing, &KeptLook::describing);
  if (same != kept.end()) return &*same;
  if (!describing.empty() || kept.empty() || !kept.front().seen) return nullptr;
  kept.push_back({describing, hashes_of(*kept.front().seen), kept.front().after});
  return &kept.back();
}

void SharedLooks::keep(const LookKey& key, KeptLook look) {
  looks_[key].push_back(std::move(look));
}

Result<service::Seen> SharedLooker::look(media::FrameSampler& sampler, const Segment& segment,
                                         media::Density density, service::Stages& stages) const {
  const LookKey key{segment.sequence, density, sampler.memory().mode, variant_.sampling};
  const bool alone = sampler.holds_pictures();
  if (const auto* kept = alone ? nullptr : looks_.find(key, variant_.describing)) {
    sampler.recall(kept->after);
    return kept->seen.map(without_frames);
  }
  Result<service::Seen> seen;
  looks_.cpu_s += cpu_seconds_of(
      [&] { seen = own_.look(sampler, segment, density, stages).map(without_frames); });
  if (!alone && !sampler.holds_pictures()) {
    looks_.keep(key, {variant_.describing, seen.map(without_frames), sampler.memory()});
  }
  return seen;
}

}  // namespace staydown::bench
