// One sampled query frame against the part of a reference where it should be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/hit.h"
#include "core/reference.h"
#include "matching/calibration.h"
#include "matching/kind_shares.h"
#include "matching/line_fit.h"

namespace staydown::matching {

// PDQ's measure below which a frame says too little to be matched (Davis et al., Facebook 2019).
inline constexpr int kMinQuality = 50;

// The views of one frame that say something.
struct QueryFrame {
  MediaTime time{};
  std::vector<const Descriptor*> views;  // in the order in which they came
};

// log P(a copy is seen by that view first), given the views that there are: by each kind of
// descriptor as likely as by another, and most copies are neither flipped nor shown inside another
// picture (docs/decisions/0007-matching.md).
double log_prior(const Descriptor& view, const QueryFrame& frame);

// What a hit says in nats where nothing is known yet: its distance, and how likely a copy is seen
// by that view. `query` is one of the views of `frame`.
double first_vote(const QueryFrame& frame, const Descriptor& query, const Hit& hit,
                  const Calibration& calibration);

// Which view of the query looked like which view of the reference.
struct ViewPair {
  View query = View::kFull, reference = View::kFull;
  std::uint8_t region = 0;  // of the query's view
  bool operator==(const ViewPair&) const = default;

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.query, self.reference, self.region);
  }
};

// The query's view of `views`, described that way; nullptr if the frame has none.
const Descriptor* view_of(const QueryFrame& frame, const ViewPair& views, DescriptorKind kind);

// The entry of that view that stands for the time of `entry`; nullptr if there is none near.
const ReferenceEntry* view_at(const ReferenceTimeline& timeline, std::size_t entry, View view,
                              DescriptorKind kind);

// The pair of views that matched last, by kind of descriptor.
using UsualViews = std::array<std::optional<ViewPair>, kKinds.size()>;

struct FrameScore {
  double log_ratio = 0;  // of all comparisons together, in nats
  UsualViews views;      // the closest pair by each kind that speaks for a copy
  // The comparison that says where in the reference the frame is from.
  const Descriptor* query = nullptr;
  std::size_t entry = 0;
  float distance = 0;
  // Where in the reference the frame is from, in seconds: mean over the comparisons, and how
  // exactly that is known. Near-duplicates of the closest entry leave it open.
  double reference_time = 0, reference_sigma = 0;
};

// Positions in the timeline, begin <= i < end, of the entries that may stand for a time in the
// window; entries outside it can be among them.
struct EntryRange {
  std::size_t begin = 0, end = 0;
};
EntryRange entries_within(const ReferenceTimeline& timeline, const Window& window);

// Says something, and is not generic.
bool informative(const ReferenceEntry& entry);

// log of a mixture, by the kinds' shares, of sum_k w_k P(d_k | copy) / P(d_k | background) over the
// comparisons k of every view of a kind with every informative entry in the window. The weights sum
// to 1 and depend on the past only (more for the pair of views that matched before and for times
// near the centre), so the expectation of the ratio over background is at most 1 however the
// comparisons depend on each other. nullopt if there is nothing to compare.
std::optional<FrameScore> score_frame(const QueryFrame& frame, const ReferenceTimeline& timeline,
                                      const Window& window, const UsualViews& usual,
                                      const KindShares& shares, const Calibration& calibration);

}  // namespace staydown::matching
