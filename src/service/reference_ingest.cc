#include "service/reference_ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "index/reference_index.h"

namespace staydown::service {
Result<Ingested> commit(reference::ReferenceBank& bank, reference::BuiltTimeline timeline,
                        const IngestRequest& request, const Origin& origin) {
  if (origin.replaces == 0 && !request.force) {
    const auto distinctive = reference::check_distinctive(timeline.composition, origin.name);
    if (!distinctive) return tl::unexpected(distinctive.error());
  }
  Ingested ingested{.frames = timeline.frames,
                    .kept = timeline.kept,
                    .duration = timeline.duration,
                    .composition = std::move(timeline.composition)};
  const reference::Change change{
      .actor = request.actor,
      .at = request.clock(),
      .detail =
          fmt::format("{}: {} of {} frames kept; {}{}", origin.how, ingested.kept, ingested.frames,
                      reference::describe(ingested.composition), request.force ? "; forced" : "")};
  const auto generation = bank.put({.info = request.info,
                                    .duration = timeline.duration,
                                    .file = origin.file,
                                    .entries = std::move(timeline.entries),
                                    .replaces = origin.replaces},
                                   change);
  if (!generation) return tl::unexpected(generation.error());
  ingested.generation = *generation;
  return ingested;
}

Result<Ingested> ingest_hash_list(reference::ReferenceBank& bank, const reference::HashList& list,
                                  const std::string& name, const IngestRequest& request) {
  auto known = known_frames(bank, request.info.id);
  if (!known) return tl::unexpected(known.error());
  reference::TimelineBuilder builder(request.timeline, reference::BackgroundSet::embedded(),
                                     *std::move(known));
  builder.add(list.descriptors);
  auto timeline = builder.finish(MediaTime::zero());
  return commit(bank, std::move(timeline), request, {.name = name, .how = "hash list " + name});
}

Result<reference::KnownFrames> known_frames(const reference::ReferenceBank& bank,
                                            const ReferenceId& except) {
  auto bank_now = bank.changes_since(0);
  if (!bank_now) return tl::unexpected(bank_now.error());
  std::erase_if(bank_now->enforced,
                [&](const ReferenceTimelinePtr& other) { return other->info.id == except; });
  index::ReferenceIndex index;
  index.add(std::move(bank_now->enforced));
  return [snapshot = index.snapshot()](const Descriptor& descriptor) -> std::optional<ReferenceId> {
    const auto hits = snapshot->search(std::span(&descriptor, 1), {.max_hits = 1});
    if (hits.empty()) return std::nullopt;
    return hits.front().reference->info.id;
  };
}

}  // namespace staydown::service
