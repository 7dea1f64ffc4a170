#include "matching/frame_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <tuple>

#include "matching/kind_shares.h"

namespace staydown::matching {
namespace {

// A frame stands for the moments around it: half of the 500 ms at which references are sampled.
constexpr double kReach = 0.25;
constexpr double kReferenceStep = 2 * kReach;
// How many entries before a time may still reach it by a long `end`: ten seconds of three views at
// the usual pace. A view that stands still for longer beside one that moves fast is not found.
constexpr std::ptrdiff_t kLookBack = 64;
// Prior odds: the pair of views that matched before against any other, and a time at the centre of
// the window against one in its outer parts.
constexpr double kUsualViews = 16, kCentral = 4;

// An entry whose near-duplicates were dropped stands for this many more seconds.
double stretch(const ReferenceEntry& entry) {
  return std::max(0.0, seconds(entry.end - entry.time) - kReferenceStep);
}

// The middle of a stretch up to here is its best guess; a longer one confirms whatever time within
// it is expected, since guessing would bend the line.
constexpr double kShortStretch = 1;

// How exactly a picture like an entry's tells the time: half the way to the next entry of its view.
// Where the picture changes fast, entries are close to each other.
double reach_of(const ReferenceTimeline& timeline, std::size_t entry) {
  constexpr double kLeast = 0.05;
  const ReferenceEntry& matched = timeline.entries[entry];
  for (std::size_t i = entry + 1; i < timeline.entries.size(); ++i) {
    const ReferenceEntry& next = timeline.entries[i];
    const double away = seconds(next.time - matched.time);
    if (away > 2 * kReach) break;
    if (next.view == matched.view && away > 0) return std::max(kLeast, away / 2);
  }
  return kReach;
}

// A view of the frame held against an entry.
struct Comparison {
  const Descriptor* view;
  std::size_t entry;
  float distance;
  double log_ratio, weight;

  // Tells more; of equally telling ones the nearer.
  bool operator>(const Comparison& other) const {
    return std::tuple(log_ratio, -distance, weight) >
           std::tuple(other.log_ratio, -other.distance, other.weight);
  }
};

// All comparisons by one kind of descriptor.
struct Compared {
  std::vector<Comparison> all;
  std::optional<Comparison> closest;
  double prior = 0, evidence = 0;  // sums of the weights, and of these times the ratios

  void add(const Comparison& comparison) {
    all.push_back(comparison);
    if (!closest || comparison > *closest) closest = comparison;
    prior += comparison.weight;
    evidence += comparison.weight * std::exp(comparison.log_ratio);
  }
  double nats() const { return std::log(evidence / prior); }
};
using ComparedByKind = std::array<Compared, kKinds.size()>;

// The kind that says where in the reference the frame is from: hashes where they say half of what
// they can, since in a nearly still picture an embedding is as near to one moment as to the next;
// else what tells most. Nothing has been compared if its `closest` is missing.
const Compared& locating(const ComparedByKind& kinds, const Calibration& calibration) {
  const auto& [hashes, embeddings] = kinds;
  if (!embeddings.closest) return hashes;
  if (!hashes.closest) return embeddings;
  const double hash = hashes.closest->log_ratio;
  const bool exact = hash >= calibration.cap(DescriptorKind::kPdq) / 2;
  return exact || hash > embeddings.closest->log_ratio ? hashes : embeddings;
}

// Sets when in the reference the frame was, from the comparisons of the view that matched best.
void locate(const std::vector<Comparison>& comparisons, const ReferenceTimeline& timeline,
            const Window& window, const Calibration& calibration, FrameScore& score) {
  const DescriptorKind kind = kind_of(score.query->value);
  double total = 0, mean = 0, spread = 0;
  for (const Comparison& c : comparisons) {
    if (c.view != score.query) continue;
    const double odds =
        c.weight * std::exp(calibration.nats_per_unit(kind) * (score.distance - c.distance));
    const ReferenceEntry& entry = timeline.entries[c.entry];
    const double begin = seconds(entry.time), length = stretch(entry);
    const double time = length <= kShortStretch ? begin + length / 2
                                                : std::clamp(window.center, begin, begin + length);
    total += odds;
    const double away = time - mean;
    mean += odds / total * away;
    spread += odds * (away * (time - mean) + length * length / 12);
  }
  score.reference_time = mean;
  score.reference_sigma = std::hypot(reach_of(timeline, score.entry), std::sqrt(spread / total));
}

}  // namespace

double log_prior(const Descriptor& view, const QueryFrame& frame) {
  constexpr double kWhole = 8;  // against any other view
  const auto odds = [](View v) { return v == View::kFull || v == View::kTrimmed ? kWhole : 1; };
  double same_kind = 0;
  bool other_kind = false;
  for (const Descriptor* shown : frame.views) {
    if (kind_of(shown->value) == kind_of(view.value)) {
      same_kind += odds(shown->view);
    } else {
      other_kind = true;
    }
  }
  return std::log(odds(view.view) / same_kind / (other_kind ? 2 : 1));
}

double first_vote(const QueryFrame& frame, const Descriptor& query, const Hit& hit,
                  const Calibration& calibration) {
  return calibration.log_ratio(kind_of(query.value), hit.distance) + log_prior(query, frame);
}

const Descriptor* view_of(const QueryFrame& frame, const ViewPair& views, DescriptorKind kind) {
  const auto found = std::find_if(frame.views.begin(), frame.views.end(), [&](const Descriptor* d) {
    return d->view == views.query && d->region == views.region && kind_of(d->value) == kind;
  });
  return found == frame.views.end() ? nullptr : *found;
}

const ReferenceEntry* view_at(const ReferenceTimeline& timeline, std::size_t entry, View view,
                              DescriptorKind kind) {
  const auto& entries = timeline.entries;
  const MediaTime time = entries[entry].time;
  const auto after =
      std::find_if(entries.begin() + static_cast<std::ptrdiff_t>(entry), entries.end(),
                   [&](const ReferenceEntry& other) { return other.time != time; });
  const auto earliest = after - std::min(after - entries.begin(), kLookBack);
  const auto found = std::find_if(std::reverse_iterator(after), std::reverse_iterator(earliest),
                                  [&](const ReferenceEntry& other) {
                                    return other.view == view && kind_of(other.value) == kind;
                                  });
  if (found == std::reverse_iterator(earliest)) return nullptr;
  return found->time == time || time < found->end ? &*found : nullptr;
}

bool informative(const ReferenceEntry& entry) {
  return !entry.generic && entry.quality >= kMinQuality;
}

EntryRange entries_within(const ReferenceTimeline& timeline, const Window& window) {
  const auto& entries = timeline.entries;
  const auto later = [](double t, const ReferenceEntry& entry) { return t < seconds(entry.time); };
  const double from = window.center - window.half_width - kReach;
  const double to = window.center + window.half_width + kReach;
  const auto first = std::upper_bound(entries.begin(), entries.end(), from, later);
  const auto last = std::upper_bound(first, entries.end(), to, later);
  const auto begin = first - entries.begin();
  return {static_cast<std::size_t>(begin - std::min(begin, kLookBack)),
          static_cast<std::size_t>(last - entries.begin())};
}

std::optional<FrameScore> score_frame(const QueryFrame& frame, const ReferenceTimeline& timeline,
                                      const Window& window, const UsualViews& usual,
                                      const KindShares& shares, const Calibration& calibration) {
  const double from = window.center - window.half_width - kReach;
  const EntryRange range = entries_within(timeline, window);
  ComparedByKind compared;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const ReferenceEntry& entry = timeline.entries[i];
    const double begin = seconds(entry.time), end = begin + stretch(entry);
    if (!informative(entry) || end < from) continue;
    const bool central =
        begin - kReferenceStep <= window.center && window.center <= end + kReferenceStep;
    for (const Descriptor* view : frame.views) {
      if (view->value.index() != entry.value.index() || !comparable(view->view, entry.view)) {
        continue;
      }
      const DescriptorKind kind = kind_of(view->value);
      if (calibration.cap(kind) <= 0) continue;
      const auto k = static_cast<std::size_t>(kind);
      const double weight =
          (central ? kCentral : 1) *
          (usual[k] == ViewPair{view->view, entry.view, view->region} ? kUsualViews : 1);
      const float d = distance(*view, entry.value);
      compared[k].add({view, i, d, calibration.log_ratio(kind, d), weight});
    }
  }
  FrameScore score;
  NatsByKind nats;
  for (std::size_t k = 0; k < kKinds.size(); ++k) {
    const auto& closest = compared[k].closest;
    if (!closest) continue;
    nats[k] = compared[k].nats();
    if (*nats[k] <= 0) continue;
    const View entry = timeline.entries[closest->entry].view;
    score.views[k] = {closest->view->view, entry, closest->view->region};
  }
  const Compared& locating_kind = locating(compared, calibration);
  if (!locating_kind.closest) return std::nullopt;
  score.log_ratio = shares.mix(nats);
  score.query = locating_kind.closest->view;
  score.entry = locating_kind.closest->entry;
  score.distance = locating_kind.closest->distance;
  locate(locating_kind.all, timeline, window, calibration, score);
  return score;
}

}  // namespace staydown::matching
