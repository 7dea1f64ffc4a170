#include "reference/timeline_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace staydown::reference {
namespace {

// Views of a reference, in the order in which entries of one time are kept.
constexpr std::array kViews = {View::kFull, View::kTrimmed, View::kCentre};

bool has_view(std::span<const Descriptor> frame, View view) {
  return std::ranges::any_of(frame, [&](const Descriptor& d) { return d.view == view; });
}

const Descriptor* hash_of(std::span<const Descriptor> frame, View view) {
  const auto found = std::ranges::find_if(frame, [&](const Descriptor& d) {
    return d.view == view && kind_of(d.value) == DescriptorKind::kPdq;
  });
  return found == frame.end() ? nullptr : &*found;
}

}  // namespace

TimelineBuilder::TimelineBuilder(TimelineOptions options, const BackgroundSet& background,
                                 KnownFrames known)
    : options_(options), background_(background), known_(std::move(known)) {}

void TimelineBuilder::add(std::span<const Descriptor> descriptors) {
  while (!descriptors.empty()) {
    const auto next = std::find_if(descriptors.begin(), descriptors.end(), [&](const auto& other) {
      return other.time != descriptors.front().time;
    });
    const auto size = static_cast<std::size_t>(next - descriptors.begin());
    add_frame(descriptors.first(size));
    descriptors = descriptors.subspan(size);
  }
}

void TimelineBuilder::add_frame(std::span<const Descriptor> views) {
  const MediaTime time = views.front().time;
  count_until(time);
  last_frame_ = time;
  ++built_.frames;
  const auto entries = built_.entries.size();
  for (const View view : kViews) add_view(view, views);
  if (built_.entries.size() > entries) ++built_.kept;
}

// Whether the frame's view is what the open entry stands for.
bool TimelineBuilder::repeats(const OpenEntry& open, View view,
                              std::span<const Descriptor> views) const {
  const Descriptor* pdq = hash_of(views, view);
  if (pdq == nullptr || !open.hash) return false;
  const bool soon = pdq->time - open.first < options_.pace;
  return distance(std::get<PdqHash>(pdq->value), *open.hash) <=
         (soon ? options_.fast : options_.near_duplicate);
}

bool TimelineBuilder::would_keep(std::span<const Descriptor> frame) const {
  return std::ranges::any_of(kViews, [&](View view) {
    const auto open = open_.find(view);
    return has_view(frame, view) && (open == open_.end() || !repeats(open->second, view, frame));
  });
}

void TimelineBuilder::add_view(View view, std::span<const Descriptor> views) {
  const MediaTime time = views.front().time;
  if (const auto open = open_.find(view); open != open_.end()) {
    if (repeats(open->second, view, views)) {
      open->second.last = time;
      return;
    }
    close(open->second, time);
    open_.erase(open);
  }
  if (has_view(views, view)) keep(view, views, hash_of(views, view));
}

void TimelineBuilder::keep(View view, std::span<const Descriptor> views, const Descriptor* pdq) {
  OpenEntry open{.entries = {},
                 .hash = {},
                 .first = views.front().time,
                 .last = views.front().time,
                 .reason = {},
                 .known = {}};
  if (pdq != nullptr) {
    open.hash = std::get<PdqHash>(pdq->value);
    if (pdq->quality <= options_.flat_quality) {
      open.reason = GenericReason::kFlat;
    } else if (pdq->quality < options_.min_quality) {
      open.reason = GenericReason::kLowQuality;
    } else if (background_.is_near(*open.hash, options_.background_radius)) {
      open.reason = GenericReason::kBackground;
    }
    open.generic = open.reason.has_value();
    if (!open.generic && known_) open.known = known_(*pdq);
    if (open.known) open.reason = GenericReason::kKnown;
  }
  for (const auto& descriptor : views) {
    if (descriptor.view != view) continue;
    open.entries.push_back(built_.entries.size());
    built_.entries.push_back({.time = descriptor.time,
                              .end = descriptor.time,
                              .view = view,
                              .quality = static_cast<std::uint8_t>(descriptor.quality),
                              .generic = open.generic,
                              .value = descriptor.value});
  }
  open_.insert_or_assign(view, std::move(open));
}

void TimelineBuilder::close(OpenEntry& open, MediaTime next) {
  const MediaTime end = std::min(next, open.last + options_.step);
  for (const auto entry : open.entries) built_.entries[entry].end = end;
}

void TimelineBuilder::count_until(MediaTime next) {
  if (!last_frame_) return;
  const MediaTime length = next - *last_frame_;
  auto& composition = built_.composition;
  composition.total += length;
  // One view that says something is enough; else the full view's reason stands.
  const bool distinctive =
      std::any_of(open_.begin(), open_.end(), [](const auto& view) { return !view.second.reason; });
  if (distinctive || open_.empty()) return;
  const auto& full = open_.begin()->second;
  composition.by_reason[static_cast<std::size_t>(*full.reason)] += length;
  if (full.known) composition.known[*full.known] += length;
}

BuiltTimeline TimelineBuilder::finish(MediaTime duration) {
  const MediaTime end =
      last_frame_ && *last_frame_ >= duration ? *last_frame_ + options_.step : duration;
  count_until(end);
  for (auto& [view, open] : open_) close(open, end);
  built_.duration = end;
  return std::move(built_);
}

}  // namespace staydown::reference
