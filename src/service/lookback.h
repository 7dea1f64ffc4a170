// The last minutes of a stream, held against references that come while it runs.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "core/match.h"
#include "core/segment.h"
#include "index/reference_index.h"
#include "matching/stream_tracker.h"

namespace staydown::service {

// Views that are kept of one stream, 64 bytes each and the numbers of an embedding. Three minutes
// at the usual pace (a frame in 2 s, four views) are 360, with ten embeddings 1260; four frames a
// second with five views would be 3600.
inline constexpr std::size_t kMostPastViews = 4096;

// What was seen of one stream: the descriptors of its latest segments that say something.
struct StreamPast {
  struct Seen {
    Interval on_air;
    std::vector<Descriptor> descriptors;
  };
  std::deque<Seen> segments;
  std::uint64_t version = 0;  // of the index, up to which they were searched

  // Forgets what is more than `lookback` before this segment.
  void remember(const Interval& on_air, const std::vector<Descriptor>& descriptors,
                MediaTime lookback);
};

// What `tracker`, a blank one, makes of the past where it shows what came and is still `enforced`:
// what it reported, of each showing the last word.
std::vector<Match> look_back(const StreamPast& past,
                             std::span<const std::shared_ptr<const index::IndexSnapshot>> came,
                             const ReferenceSet& enforced, const index::SearchOptions& search,
                             matching::StreamTracker& tracker);

}  // namespace staydown::service
