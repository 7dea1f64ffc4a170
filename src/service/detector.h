// The pipeline: one segment in, events out.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "core/segment.h"
#include "descriptor/describer.h"
#include "event/takedown_event.h"
#include "index/reference_index.h"
#include "matching/case_book.h"
#include "matching/stream_tracker.h"
#include "media/frame_sampler.h"
#include "policy/policy.h"

namespace staydown::service {

struct DetectorOptions {
  media::SamplingPolicy sampling;
  media::SegmentLimits limits;
  index::SearchOptions search;
  double review_score = 0, takedown_score = 0;
  event::Versions versions;
};

// What one segment gave.
struct Detection {
  std::vector<event::TakedownEvent> events;
  std::vector<Match> matches;
  std::vector<Frame> frames;  // sampled, for the report
  std::vector<media::MediaWarning> warnings;
  double score = 0;  // highest open score after this segment
  Interval on_air;
};

// Sample, describe, search, track, judge: in that order, for the streams of one worker.
//
// Not thread-safe: one per worker thread; index and policy are shared. After an error the stream
// goes on with its next segment.
class Detector {
 public:
  Detector(DetectorOptions options, std::shared_ptr<const descriptor::Describer> describer,
           std::shared_ptr<const index::ReferenceIndex> index,
           std::shared_ptr<const matching::Calibration> calibration,
           std::shared_ptr<policy::Policy> policy);
  ~Detector();

  Result<Detection> detect(const Segment& segment);
  Detection finish(const StreamId& stream);  // the stream has ended: closes its cases

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
