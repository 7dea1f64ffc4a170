// A known video that must stay down, as the index and the matcher see it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/descriptor.h"
#include "core/ids.h"
#include "core/time.h"

namespace staydown {

// Decision by policy, weakest first.
enum class VerdictKind : std::uint8_t { kAllow, kReview, kTakedown };
std::string_view name_of(VerdictKind kind);

// What people decided about a reference.
struct ReferenceInfo {
  ReferenceId id;
  std::string label;                                 // for people: "Halle 2019, helmet camera"
  std::string grounds;                               // why it must stay down: law or policy
  VerdictKind max_verdict = VerdictKind::kTakedown;  // the most that it may cause
  bool confirmed = false;                            // exempt from the breaker
  std::string notice = {};  // the notice or order that demands it: number or URL; may be empty
  bool operator==(const ReferenceInfo&) const = default;
};

// One stored frame. It stands for [time, end): near-duplicates that follow a frame are dropped and
// stretch its end.
struct ReferenceEntry {
  MediaTime time{}, end{};
  View view = View::kFull;   // kFull, kTrimmed or kCentre
  std::uint8_t quality = 0;  // 0-100
  bool generic = false;      // black, card, near the background set: carries no evidence
  DescriptorValue value;
};

// Everything stored of one reference, in order of time. Immutable once shared between threads.
struct ReferenceTimeline {
  ReferenceInfo info;
  std::uint64_t generation = 0;  // grows each time the descriptors of this id are replaced
  MediaTime duration{};
  std::vector<ReferenceEntry> entries;
};
using ReferenceTimelinePtr = std::shared_ptr<const ReferenceTimeline>;

// The references that are enforced now.
using ReferenceSet = std::unordered_map<ReferenceId, ReferenceTimelinePtr>;

}  // namespace staydown
