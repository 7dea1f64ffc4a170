// References by when they came: what the past of running streams is still to be held against.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/time.h"
#include "index/block.h"
#include "index/reference_index.h"

namespace staydown::service {

// Frames of all arrivals together, at most: of so many no tables need be made, and the past of a
// stream at its usual pace (three minutes, 90 frames, four views each) is searched in 29 ms by the
// measurement of docs/decisions/0005-index.md, so that a hundred streams hold a core up for 3 s.
inline constexpr std::size_t kMostArrived = index::kScannedHashes;

// Thread-safe: shared by the detectors of a process. One that notes a change makes the small index
// for all.
class Arrivals {
 public:
  // Forgets what came more than `kept` ago: streams that run have been searched by then.
  explicit Arrivals(MediaTime kept, std::size_t most_frames = kMostArrived)
      : kept_(kept), most_frames_(most_frames) {}

  // Notes what `now` enforces and what was noted before did not, or in another generation; nothing
  // for the first. How many references came that will not be searched for, because they are too
  // many: each is told once.
  std::size_t note(std::shared_ptr<const index::IndexSnapshot> now,
                   std::chrono::steady_clock::time_point at);

  // Those that came after one version of the index, up to another; oldest first.
  std::vector<std::shared_ptr<const index::IndexSnapshot>> between(std::uint64_t after,
                                                                   std::uint64_t to) const;

 private:
  struct Arrival {
    std::uint64_t version = 0;
    std::chrono::steady_clock::time_point at;
    std::size_t frames = 0;
    std::shared_ptr<const index::IndexSnapshot> references;
  };
  const MediaTime kept_;
  const std::size_t most_frames_;
  mutable std::mutex mutex_;
  std::shared_ptr<const index::IndexSnapshot> latest_;  // guarded by mutex_
  std::deque<Arrival> arrivals_;                        // guarded by mutex_
};

}  // namespace staydown::service
