#include "measurements.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "cpu_clock.h"
#include "isolated_decode.h"
#include "media/scaler.h"
#include "service/config.h"

namespace staydown::bench {
namespace {

constexpr int kUsefulQuality = 50;  // index::SearchOptions::min_pdq_quality

// An error here is a fault of the benchmark or of the build: nothing was measured.
template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

double per_media_second(double cpu, const Footage& footage, std::size_t laps) {
  return cpu / (seconds(footage.duration) * static_cast<double>(laps));
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::vector<std::vector<media::AVFramePtr>> decode_all(const Footage& footage) {
  KeyframeDecoder decoder;
  std::vector<std::vector<media::AVFramePtr>> decoded;
  for (const auto& segment : footage.segments) decoded.push_back(decoder.decode(segment.bytes));
  return decoded;
}

std::vector<std::vector<Frame>> sample_all(const Pipeline& pipeline, const Footage& footage) {
  media::FrameSampler sampler(pipeline.options.sampling, pipeline.options.limits);
  std::vector<std::vector<Frame>> sampled;
  for (const auto& segment : footage.segments) {
    sampled.push_back(value_of(sampler.sample(segment)).frames);
  }
  return sampled;
}

// The index puts what was added in order on a thread of its own: waits until that has ended, which
// shows in the process using no CPU time.
void wait_until_settled() {
  constexpr auto kLook = std::chrono::milliseconds(500);
  constexpr double kIdle = 0.01;  // CPU seconds in that time
  double before = 0;
  do {
    before = cpu_seconds();
    std::this_thread::sleep_for(kLook);
  } while (cpu_seconds() - before > kIdle);
}

}  // namespace

Pipeline::Pipeline(const service::Models& models, std::vector<ReferenceTimelinePtr> bank) {
  const auto& calibration = models.calibration;
  const auto index = std::make_shared<index::ReferenceIndex>();
  index->add(std::move(bank));
  wait_until_settled();
  const service::MatchingConfig rates;
  options.tracker.review_score =
      calibration->threshold(rates.review_per_million_hours, rates.bank_frames);
  options.tracker.takedown_score =
      calibration->threshold(rates.takedown_per_million_hours, rates.bank_frames);
  options.sampling.rgb = models.colour();
  options.clock = wall_clock;
  policy::PolicyOptions policy;
  policy.review_score = options.tracker.review_score;
  policy.takedown_score = options.tracker.takedown_score;
  parts = {.describer = std::make_shared<const descriptor::Describer>(descriptor::kQueryViews,
                                                                      models.learned),
           .index = index,
           .calibration = calibration,
           .policy = std::make_shared<policy::Policy>(std::move(policy)),
           .arrivals = std::make_shared<service::Arrivals>(options.lookback)};
}

double pipeline_cost(const Pipeline& pipeline, const Footage& footage, std::size_t laps) {
  service::Detector detector(pipeline.options, pipeline.parts);
  const StreamId stream("stream");
  double cpu = 0;
  for (std::size_t number = 0; number < laps * footage.segments.size(); ++number) {
    const Segment segment = footage.segment(stream, number);
    cpu += cpu_seconds_of([&] { value_of(detector.detect(segment)); });
  }
  return per_media_second(cpu, footage, laps);
}

StepCosts isolated_costs(const Pipeline& pipeline, const Footage& footage, std::size_t laps) {
  StepCosts costs;
  const auto each_lap = [&](const auto& work) {
    const double cpu = cpu_seconds_of([&] {
      for (std::size_t lap = 0; lap < laps; ++lap) work();
    });
    return per_media_second(cpu, footage, laps);
  };

  KeyframeDecoder decoder;
  costs.decode = each_lap([&] {
    for (const auto& segment : footage.segments) decoder.decode(segment.bytes);
  });

  {
    const auto decoded = decode_all(footage);
    media::Scaler scaler;
    costs.scale = each_lap([&] {
      for (const auto& frames : decoded) {
        for (const auto& frame : frames) {
          value_of(scaler.luma(*frame, {}));
          if (pipeline.options.sampling.rgb) value_of(scaler.rgb(*frame, {}));
        }
      }
    });
  }

  const auto sampled = sample_all(pipeline, footage);
  costs.describe = each_lap([&] {
    for (const auto& frames : sampled) value_of(pipeline.parts.describer->describe(frames));
  });

  std::vector<std::vector<Descriptor>> described;
  described.reserve(sampled.size());
  for (const auto& frames : sampled) {
    described.push_back(value_of(pipeline.parts.describer->describe(frames)));
  }
  const auto snapshot = pipeline.parts.index->snapshot();
  std::vector<std::vector<Hit>> hits(described.size());
  costs.search = each_lap([&] {
    for (std::size_t i = 0; i < described.size(); ++i) {
      hits[i] = snapshot->search(described[i], pipeline.options.search);
    }
  });

  matching::StreamTracker tracker(pipeline.parts.calibration, pipeline.options.tracker);
  MediaTime now{};
  costs.match = each_lap([&] {
    for (std::size_t i = 0; i < described.size(); ++i) {
      const MediaTime length = footage.segments[i].duration;
      tracker.update({.on_air = {now, now + length},
                      .descriptors = described[i],
                      .hits = hits[i],
                      .references = snapshot->references()});
      now += length;
    }
  });
  return costs;
}

Crowd crowd(const Pipeline& pipeline, const Footage& footage, std::size_t streams,
            std::size_t segments) {
  service::Detector detector(pipeline.options, pipeline.parts);
  // What one segment needs for a moment, whichever stream it is of, is there before counting.
  value_of(detector.detect(footage.segment(StreamId("warm-up"), 0)));
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  double cpu = 0;
  for (std::size_t number = 0; number < segments; ++number) {
    for (std::size_t i = 0; i < streams; ++i) {
      // Not all at the same place of the footage.
      Segment segment = footage.segment(StreamId("stream-" + std::to_string(i)), number + i);
      segment.sequence = static_cast<std::int64_t>(number);
      segment.start = segment.duration * segment.sequence;
      cpu += cpu_seconds_of([&] { value_of(detector.detect(segment)); });
    }
  }
  const std::size_t after = resident_bytes();
  const double media = seconds(footage.segments.front().duration) * static_cast<double>(streams) *
                       static_cast<double>(segments);
  return {.bytes_per_stream = (static_cast<double>(after) - static_cast<double>(before)) /
                              static_cast<double>(streams),
          .cost = cpu / media};
}

RealFrames frames_of(const Footage& footage, const service::Models& models) {
  media::FrameSampler sampler({.rgb = models.colour()});
  const descriptor::Describer describer(descriptor::kQueryViews, models.learned);
  RealFrames real;
  for (const auto& segment : footage.segments) {
    const auto sampled = value_of(sampler.sample(segment, media::Density::kDense));
    for (const auto& descriptor : value_of(describer.describe(sampled.frames))) {
      if (descriptor.quality < kUsefulQuality) continue;
      if (const auto* hash = std::get_if<PdqHash>(&descriptor.value)) {
        real.hashes.push_back(*hash);
      } else if (descriptor.view == View::kFull) {
        real.embeddings.push_back(std::get<Embedding>(descriptor.value));
      }
    }
  }
  if (real.hashes.empty()) {
    throw std::runtime_error(footage.name + ": no frame of quality 50 and more");
  }
  return real;
}

}  // namespace staydown::bench
