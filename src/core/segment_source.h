// Where segments come from.
#pragma once

#include <optional>
#include <stop_token>

#include "core/result.h"
#include "core/segment.h"

namespace staydown {

// Gives the segments of one or more streams, each stream's in order. Implementations:
// media/input_source.h (files, URLs, stdin), and later kafka/. Used by one thread.
class SegmentSource {
 public:
  virtual ~SegmentSource() = default;

  // Blocks until a segment is there; nullopt at the end or once `stop` was requested. An error
  // concerns one stretch of media that could not be used; the source goes on after it unless it
  // then returns nullopt.
  virtual Result<std::optional<Segment>> next(std::stop_token stop) = 0;
};

}  // namespace staydown
