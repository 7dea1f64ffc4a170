#include "core/match.h"

namespace staydown {

std::string_view name_of(CaseStepKind kind) {
  switch (kind) {
    case CaseStepKind::kOpened:
      return "opened";
    case CaseStepKind::kRaised:
      return "raised";
    case CaseStepKind::kClosed:
      return "closed";
  }
  return "opened";
}

}  // namespace staydown
