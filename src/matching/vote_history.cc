#include "matching/vote_history.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace staydown::matching {
namespace {

constexpr std::ptrdiff_t kVotes = 16;
// Embeddings are ten times as large as hashes, in memory and in saved state.
constexpr std::ptrdiff_t kVotesOfEmbeddings = 6;

// The same part of the picture of both, flipped if the view that matched was.
ViewPair whole_like(View query) {
  return {mirrored(query) ? View::kMirrored : View::kFull, View::kFull};
}
ViewPair centre_like(View query) {
  return {mirrored(query) ? View::kCentreMirrored : View::kCentre, View::kCentre};
}

bool shows_centre(View view) { return view == View::kCentre || view == View::kCentreMirrored; }

// The middle of an inner picture, or of a part, is not the middle that is described.
bool has_centre(View view) {
  return view != View::kInner && view != View::kInnerMirrored && view != View::kPart;
}

}  // namespace

// From a vote (q', r') to (q, r), mean over one or two pairs of views: d(q, q'), d(r, r'), and the
// cosine between the two difference vectors. Twice their scalar product is d(q, r') + d(q', r) -
// d(q, r) - d(q', r'), since Hamming distance and 1 - cosine are squared Euclidean distances, up to
// a factor.
struct VoteHistory::Step {
  double query = 0, reference = 0, correlation = 0;
  int views = 0;

  void add(const Shown& before, const DescriptorValue& query_now,
           const DescriptorValue& reference_now) {
    const double of_query = distance(query_now, before.query);
    const double of_reference = distance(reference_now, before.reference);
    const double twice_product =
        distance(query_now, before.reference) + distance(before.query, reference_now) -
        distance(query_now, reference_now) - distance(before.query, before.reference);
    const double norms = std::sqrt(of_query * of_reference);
    const double cosine = norms > 0 ? twice_product / (2 * norms) : 0;
    ++views;
    query += (of_query - query) / views;
    reference += (of_reference - reference) / views;
    correlation += (cosine - correlation) / views;
  }
};

std::optional<VoteHistory::Step> VoteHistory::step(const Vote& vote, const QueryFrame& frame,
                                                   const ReferenceTimeline& timeline,
                                                   std::size_t entry) {
  Step step;
  const auto take = [&](const std::optional<Shown>& before) {
    if (!before) return;
    const DescriptorKind kind = kind_of(before->query);
    const Descriptor* query = view_of(frame, before->views, kind);
    const ReferenceEntry* reference = view_at(timeline, entry, before->views.reference, kind);
    if (query != nullptr && reference != nullptr) step.add(*before, query->value, reference->value);
  };
  take(vote.matched);
  if (step.views == 0 || shows_centre(vote.matched.views.query)) take(vote.whole);
  take(vote.centre);
  return step.views == 0 ? std::nullopt : std::optional(step);
}

std::optional<Movement> VoteHistory::movement(const QueryFrame& frame,
                                              const ReferenceTimeline& timeline, std::size_t entry,
                                              DescriptorKind kind,
                                              const Calibration& calibration) const {
  std::optional<Movement> movement;
  double weights = 0, correlations = 0;
  for (const Vote& vote : votes_) {
    const DescriptorKind kind_of_vote = kind_of(vote.matched.query);
    // What is the same by its hash is the same. An embedding may find two moments alike that a hash
    // tells apart, so it speaks for itself only.
    if (kind_of_vote != kind && kind_of_vote != DescriptorKind::kPdq) continue;
    const auto from = step(vote, frame, timeline, entry);
    if (!from) continue;
    if (std::min(from->query, from->reference) <= calibration.unchanged(kind_of_vote)) {
      return Movement{.kind = kind, .unchanged = true};
    }
    if (kind_of_vote != kind) continue;  // distances of different kinds cannot be compared
    const double moved = std::sqrt(from->query * from->reference);
    const double weight = 1 / std::max(1e-6, moved * moved);
    weights += weight;
    correlations += weight * from->correlation;
    if (!movement || moved < movement->least) {
      movement = {.kind = kind, .least = moved, .views = from->views};
    }
  }
  if (movement) movement->correlation = correlations / weights;
  return movement;
}

void VoteHistory::add(const QueryFrame& frame, const Descriptor& query,
                      const ReferenceTimeline& timeline, std::size_t entry) {
  const ReferenceEntry& matched = timeline.entries[entry];
  add_pair(frame, query, timeline, entry, matched);
  const DescriptorKind other = kind_of(query.value) == DescriptorKind::kPdq
                                   ? DescriptorKind::kEmbedding
                                   : DescriptorKind::kPdq;
  const Descriptor* closest = nullptr;
  const ReferenceEntry* beside = nullptr;
  for (const View view : {View::kFull, View::kTrimmed}) {
    const ReferenceEntry* kept = view_at(timeline, entry, view, other);
    if (kept == nullptr) continue;
    for (const Descriptor* shown : frame.views) {
      if (kind_of(shown->value) != other || !comparable(shown->view, view)) continue;
      if (closest != nullptr &&
          distance(*shown, kept->value) >= distance(*closest, beside->value)) {
        continue;
      }
      closest = shown;
      beside = kept;
    }
  }
  if (closest != nullptr) add_pair(frame, *closest, timeline, entry, *beside);
}

void VoteHistory::add_pair(const QueryFrame& frame, const Descriptor& query,
                           const ReferenceTimeline& timeline, std::size_t entry,
                           const ReferenceEntry& matched) {
  const DescriptorKind kind = kind_of(query.value);
  Vote vote{{{query.view, matched.view, query.region}, query.value, matched.value}, {}, {}};
  const auto also = [&](const ViewPair& views) -> std::optional<Shown> {
    const Descriptor* shown = view_of(frame, views, kind);
    const ReferenceEntry* kept = view_at(timeline, entry, views.reference, kind);
    if (views == vote.matched.views || shown == nullptr || kept == nullptr) return std::nullopt;
    return Shown{views, shown->value, kept->value};
  };
  vote.whole = also(whole_like(query.view));
  if (has_centre(query.view)) vote.centre = also(centre_like(query.view));
  const auto has_kind = [&](const Vote& other) { return kind_of(other.matched.query) == kind; };
  const bool hash = kind == DescriptorKind::kPdq;
  if (std::ranges::count_if(votes_, has_kind) == (hash ? kVotes : kVotesOfEmbeddings)) {
    votes_.erase(std::ranges::find_if(votes_, has_kind));
  }
  votes_.push_back(std::move(vote));
}

}  // namespace staydown::matching
