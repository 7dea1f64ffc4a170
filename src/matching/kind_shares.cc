#include "matching/kind_shares.h"

#include <cmath>

namespace staydown::matching {
namespace {

// How often another kind may begin to tell more than the one that did: once in twenty votes.
constexpr double kSwitch = 0.05;

}  // namespace

double KindShares::mix(const NatsByKind& nats) const {
  double weights = 0, ratio = 0;
  for (std::size_t i = 0; i < nats.size(); ++i) {
    if (!nats[i]) continue;
    weights += shares_[i];
    ratio += shares_[i] * std::exp(*nats[i]);
  }
  return weights > 0 ? std::log(ratio / weights) : 0;
}

void KindShares::learn(const NatsByKind& nats) {
  const double mixed = mix(nats);
  for (std::size_t i = 0; i < nats.size(); ++i) {
    if (nats[i]) shares_[i] *= std::exp(*nats[i] - mixed);  // the others keep theirs
    shares_[i] += kSwitch * (1.0 / static_cast<double>(nats.size()) - shares_[i]);
  }
}

}  // namespace staydown::matching
