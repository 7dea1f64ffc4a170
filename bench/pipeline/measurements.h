// What a stream costs, as a whole and step by step.
#pragma once

#include <cstddef>
#include <memory>

#include "core/reference.h"
#include "footage.h"
#include "perturbed_bank.h"
#include "service/detector.h"
#include "service/models.h"

namespace staydown::bench {

// CPU seconds per second of media.
struct StepCosts {
  double decode = 0;    // demux, and keyframes through the decoder
  double scale = 0;     // decoded frames to working size
  double describe = 0;  // views, PDQ and the learned model
  double search = 0;
  double match = 0;

  double sum() const { return decode + scale + describe + search + match; }
};

// The pipeline of one worker as `staydown scan` runs it with these models.
struct Pipeline {
  service::SharedParts parts;
  service::DetectorOptions options;

  Pipeline(const service::Models& models, std::vector<ReferenceTimelinePtr> bank);
};

// Through Detector::detect: one stream that repeats the footage `laps` times.
double pipeline_cost(const Pipeline& pipeline, const Footage& footage, std::size_t laps);

// Each step alone on the same frames, `laps` times, its input made before.
StepCosts isolated_costs(const Pipeline& pipeline, const Footage& footage, std::size_t laps);

struct Crowd {
  double bytes_per_stream = 0;  // growth of the resident set
  double cost = 0;              // CPU seconds per second of media, streams taking turns
};

// `streams` streams in one Detector take turns, `segments` segments each.
Crowd crowd(const Pipeline& pipeline, const Footage& footage, std::size_t streams,
            std::size_t segments);

// Frames of the footage, sampled densely, of quality 50 and more: hashes in all views, embeddings
// of the whole.
RealFrames frames_of(const Footage& footage, const service::Models& models);

}  // namespace staydown::bench
