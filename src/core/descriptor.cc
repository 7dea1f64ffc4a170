#include "core/descriptor.h"

#include <limits>

namespace staydown {

std::string_view name_of(View view) {
  switch (view) {
    case View::kFull:
      return "full";
    case View::kMirrored:
      return "mirrored";
    case View::kTrimmed:
      return "trimmed";
    case View::kTrimmedMirrored:
      return "trimmed_mirrored";
    case View::kInner:
      return "inner";
    case View::kInnerMirrored:
      return "inner_mirrored";
    case View::kCentre:
      return "centre";
    case View::kCentreMirrored:
      return "centre_mirrored";
    case View::kPart:
      return "part";
  }
  return "full";
}

float distance(const Embedding& a, const Embedding& b) {
  return 1.0F - dot(a.halves(), b.halves());
}

float distance(const DescriptorValue& a, const DescriptorValue& b) {
  if (a.index() != b.index()) return std::numeric_limits<float>::infinity();
  if (const auto* hash = std::get_if<PdqHash>(&a)) {
    return static_cast<float>(distance(*hash, std::get<PdqHash>(b)));
  }
  return distance(std::get<Embedding>(a), std::get<Embedding>(b));
}

}  // namespace staydown
