#include "service/scan.h"

#include <set>

namespace staydown::service {

void scan(SegmentSource& source, Detector& detector, ScanSink& sink, std::stop_token stop) {
  std::set<StreamId> streams;
  while (true) {
    const auto next = source.next(stop);
    if (!next) {
      sink.lost({}, next.error());
      continue;
    }
    if (!*next) break;
    const Segment& segment = **next;
    streams.insert(segment.stream);
    if (const auto detection = detector.detect(segment)) {
      sink.detected(segment, *detection);
    } else {
      sink.lost(segment.stream, detection.error());
    }
  }
  for (const auto& stream : streams) {
    sink.ended(stream, detector.finish(stream));
    detector.forget(stream);
  }
}

}  // namespace staydown::service
