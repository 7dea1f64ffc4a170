// Where ingest puts segments.
#pragma once

#include <stop_token>

#include "core/result.h"
#include "core/segment.h"

namespace staydown::ingest {

// Used by one thread.
class SegmentSink {
 public:
  virtual ~SegmentSink() = default;

  // Returns once the segment is where workers find it; waits for that, without limit, until
  // `give_up` was requested (kUnavailable). Other errors say that it will never be there.
  virtual Result<void> publish(Segment segment, const std::stop_token& give_up) = 0;
};

}  // namespace staydown::ingest
