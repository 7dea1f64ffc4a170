#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "reference/timeline_builder.h"

namespace staydown::reference {
namespace {

// "Mostly generic": more than half of it.
constexpr double kMostly = 0.5;

std::string percent(MediaTime part, MediaTime whole) {
  const double share = whole.count() == 0 ? 100 : 100 * seconds(part) / seconds(whole);
  return share > 0 && share < 0.5 ? "less than 1 %" : fmt::format("{:.0f} %", share);
}

std::string for_people(const Composition& composition, GenericReason reason) {
  const auto part = percent(composition.of(reason), composition.total);
  switch (reason) {
    case GenericReason::kFlat:
      return fmt::format("{} black or plain", part);
    case GenericReason::kLowQuality:
      return fmt::format("{} too blurred or empty to be told apart", part);
    case GenericReason::kBackground:
      return fmt::format("{} test cards, titles and the like", part);
    case GenericReason::kKnown:
      break;
  }
  std::vector<std::string> ids;
  for (const auto& [id, length] : composition.known) ids.push_back(id.value);
  return fmt::format("{} also in {}", part, fmt::join(ids, ", "));
}

}  // namespace

std::string_view name_of(GenericReason reason) {
  switch (reason) {
    case GenericReason::kFlat:
      return "flat";
    case GenericReason::kLowQuality:
      return "low_quality";
    case GenericReason::kBackground:
      return "background";
    case GenericReason::kKnown:
      return "known";
  }
  return "flat";
}

MediaTime Composition::generic() const {
  return std::accumulate(by_reason.begin(), by_reason.end(), MediaTime::zero());
}

double Composition::share() const {
  return total.count() == 0 ? 1.0 : seconds(generic()) / seconds(total);
}

std::string describe(const Composition& composition) {
  if (composition.total.count() == 0) return "it has no frames";
  if (composition.generic().count() == 0) return "nothing is generic";
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kGenericReasons; ++i) {
    const auto reason = static_cast<GenericReason>(i);
    if (composition.of(reason).count() > 0) parts.push_back(for_people(composition, reason));
  }
  return fmt::format("{} is generic: {}", percent(composition.generic(), composition.total),
                     fmt::join(parts, ", "));
}

Result<void> check_distinctive(const Composition& composition, std::string_view name) {
  if (composition.share() <= kMostly) return {};
  const auto known = composition.of(GenericReason::kKnown);
  const bool mostly_known = seconds(known) > kMostly * seconds(composition.total);
  return fail(ErrorCode::kTooGeneric,
              fmt::format("{}: {}, so {}; add the rest with --interval FROM-TO, or all of it with "
                          "--force",
                          name, describe(composition),
                          mostly_known ? "the bank has most of it already"
                                       : "it would match unrelated videos"));
}

}  // namespace staydown::reference
