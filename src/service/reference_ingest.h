// From what describes a video to an enforced reference: refuse what is generic, commit, say what
// became of it. Videos: service/video_ingest.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "reference/hash_list.h"
#include "reference/reference_bank.h"
#include "reference/timeline_builder.h"

namespace staydown::service {

struct IngestRequest {
  ReferenceInfo info;
  std::string actor;
  bool force = false;               // even if it is mostly generic
  std::function<WallTime()> clock;  // when a generation is committed
  reference::TimelineOptions timeline{};
};

// A generation that is enforced now.
struct Ingested {
  std::uint64_t generation = 0;
  std::size_t frames = 0, kept = 0;  // looked at, and of them kept
  MediaTime duration{};
  reference::Composition composition;
};

// Where a generation comes from.
struct Origin {
  std::string name;  // for messages
  std::string how;   // for the audit: "keyframes of /media/attack.mp4"
  std::optional<reference::MediaFile> file{};
  std::uint64_t replaces = 0;  // generation; 0 = the id is new
};

// Commits the next generation of a reference. A new one that is mostly generic is refused
// (kTooGeneric) unless forced; else errors are the bank's.
Result<Ingested> commit(reference::ReferenceBank& bank, reference::BuiltTimeline timeline,
                        const IngestRequest& request, const Origin& origin);

// Adds a hash list as a reference like any other. `name` is what messages and the audit
// call it.
Result<Ingested> ingest_hash_list(reference::ReferenceBank& bank, const reference::HashList& list,
                                  const std::string& name, const IngestRequest& request);

// Looks frames up among the enforced references of the bank other than `except`.
Result<reference::KnownFrames> known_frames(const reference::ReferenceBank& bank,
                                            const ReferenceId& except);

}  // namespace staydown::service
