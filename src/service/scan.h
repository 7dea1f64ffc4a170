// Takes the segments of a source through a detector, until the source or the user's patience ends.
#pragma once

#include <stop_token>

#include "core/segment_source.h"
#include "service/detector.h"

namespace staydown::service {

// Told what a scan finds, in order, from the thread that scans.
class ScanSink {
 public:
  virtual ~ScanSink() = default;
  virtual void detected(const Segment& segment, const Detection& detection) = 0;
  // A stretch of media could not be used; `stream` is empty where the source could not tell.
  virtual void lost(const StreamId& stream, const Error& error) = 0;
  virtual void ended(const StreamId& stream, const Detection& detection) = 0;
};

// Returns when the source has ended or `stop` was requested; either way every stream that was seen
// has ended and its cases are closed.
void scan(SegmentSource& source, Detector& detector, ScanSink& sink, std::stop_token stop);

}  // namespace staydown::service
