// How far behind one thread is, shown, and what it leaves out because of it.
#pragma once

#include <chrono>

#include "core/segment.h"
#include "service/detector.h"
#include "service/metrics.h"
#include "service/overload.h"

namespace staydown::service {

// How much of a segment is looked at in a step of overload. A stream with an open alignment
// (`score`) is always looked at in full, one with a hit in the last minute as if the step were one
// less.
Effort effort_in(int step, const Segment& segment, const LastLooks& looks, double score);

// Not thread-safe.
class Load {
 public:
  // `slot`: of the thread in metrics.
  Load(MediaTime budget, std::size_t slot, Metrics& metrics)
      : overload_(budget), slot_(slot), metrics_(metrics) {}

  // The age of the segment that is next, since ingest held it; 0 when none waits.
  void note(MediaTime age, std::chrono::steady_clock::time_point now);
  int step() const { return overload_.step(); }

 private:
  Overload overload_;
  const std::size_t slot_;
  Metrics& metrics_;
};

}  // namespace staydown::service
