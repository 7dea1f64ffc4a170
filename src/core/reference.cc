#include "core/reference.h"

namespace staydown {

std::string_view name_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kAllow:
      return "allow";
    case VerdictKind::kReview:
      return "review";
    case VerdictKind::kTakedown:
      return "takedown";
  }
  return "allow";
}

}  // namespace staydown
