// Which kind of descriptor tells a copy: learnt while its frames vote.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/descriptor.h"

namespace staydown::matching {

inline constexpr std::array kKinds{DescriptorKind::kPdq, DescriptorKind::kEmbedding};

// What a frame says by each kind of kKinds, in nats; nullopt: that kind says nothing of it.
using NatsByKind = std::array<std::optional<double>, kKinds.size()>;

// Weights of a mixture of likelihood ratios, by what each kind said of earlier frames: the fixed
// share of Herbster and Warmuth ("Tracking the best expert", Machine Learning 32, 1998). They
// depend on the past only, so over background the mixture's expectation is at most 1 where that of
// each kind is. Over a copy it loses at most ln 2 nats in all against the kind that tells most, and
// a little at each frame, where the mean of the kinds loses up to ln 2 at each.
//
// A value; not thread-safe.
class KindShares {
 public:
  // log of the weighted mean of the kinds that say something; 0 if none does.
  double mix(const NatsByKind& nats) const;
  // Takes note of a frame that says so.
  void learn(const NatsByKind& nats);

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    for (auto& share : self.shares_) archive(share);
  }

 private:
  std::array<double, kKinds.size()> shares_{0.5, 0.5};  // sum to 1
};

}  // namespace staydown::matching
