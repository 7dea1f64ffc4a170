// The last minutes of streams, held against references that come while they run.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "core/match.h"
#include "core/segment.h"
#include "index/reference_index.h"
#include "matching/stream_tracker.h"

namespace staydown::service {

// What was seen of one stream: descriptors of the latest segments, 56 bytes a view, at most 4096.
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

// References by when they came. Not thread-safe: one per detector.
class Arrivals {
 public:
  explicit Arrivals(MediaTime kept) : kept_(kept) {}

  // Notes what `now` enforces and the snapshot before did not; nothing for the first.
  void note(std::shared_ptr<const index::IndexSnapshot> now,
            std::chrono::steady_clock::time_point at);

  // Those after `version`, each with an index of its own, oldest first.
  std::vector<std::shared_ptr<const index::IndexSnapshot>> after(std::uint64_t version) const;

 private:
  struct Arrival {
    std::uint64_t version = 0;
    std::chrono::steady_clock::time_point at;
    std::shared_ptr<const index::IndexSnapshot> references;
  };
  const MediaTime kept_;
  std::shared_ptr<const index::IndexSnapshot> latest_;
  std::deque<Arrival> arrivals_;
};

// What `tracker`, a blank one, makes of the past: with it what it reported, of each showing the
// last word.
std::vector<Match> look_back(const StreamPast& past, const index::IndexSnapshot& arrived,
                             const index::SearchOptions& search, matching::StreamTracker& tracker);

}  // namespace staydown::service
