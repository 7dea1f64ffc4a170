// A detector over references made of synthetic scenes.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "service/detector.h"
#include "support/scene.h"
#include "support/synthetic_video.h"

namespace staydown::service {

inline constexpr std::uint64_t kReference = 7, kBackground = 100;

// A reference of `duration`, described four times a second.
inline ReferenceTimelinePtr reference_of(std::uint64_t seed, MediaTime duration, const char* id) {
  using namespace std::chrono_literals;
  const descriptor::Describer describer(descriptor::kReferenceViews);
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(id);
  timeline->generation = 1;
  timeline->duration = duration;
  for (MediaTime t = 0s; t < duration; t += 250ms) {
    std::vector<Frame> frames;
    frames.push_back(support::scene_frame(seed, t));
    const auto described = describer.describe(frames);
    for (const auto& descriptor : *described) {
      timeline->entries.push_back({.time = t,
                                   .end = t + 250ms,
                                   .view = descriptor.view,
                                   .quality = static_cast<std::uint8_t>(descriptor.quality),
                                   .generic = false,
                                   .value = descriptor.value});
    }
  }
  return timeline;
}

class DetectorTest : public testing::Test {
 protected:
  std::shared_ptr<index::ReferenceIndex> index_ = std::make_shared<index::ReferenceIndex>();

  MediaTime lookback_ = DetectorOptions{}.lookback;
  std::size_t most_arrived_ = kMostArrived;

  Detector make_detector(policy::PolicyOptions policy = {}) {
    const auto& calibration = matching::Calibration::embedded();
    DetectorOptions options;
    options.tracker.review_score = calibration.threshold(10'000, 1'000'000);
    options.tracker.takedown_score = calibration.threshold(100, 1'000'000);
    options.lookback = lookback_;
    options.clock = [] { return WallTime(std::chrono::hours(1)); };
    policy.review_score = options.tracker.review_score;
    policy.takedown_score = options.tracker.takedown_score;
    return Detector(
        options,
        {.describer = std::make_shared<const descriptor::Describer>(descriptor::kQueryViews),
         .index = index_,
         .calibration = std::make_shared<const matching::Calibration>(calibration),
         .policy = std::make_shared<policy::Policy>(std::move(policy)),
         .arrivals = std::make_shared<Arrivals>(lookback_, most_arrived_)});
  }

  static std::vector<Segment> stream(std::vector<support::Part> parts, const char* id = "cam-7") {
    support::VideoSpec video;
    video.parts = std::move(parts);
    video.gop = 2 * video.fps;
    return support::segments(video, StreamId(id), std::chrono::seconds(2));
  }
};

// Everything that a stream gave, its end included.
inline std::vector<event::TakedownEvent> watch(Detector& detector,
                                               const std::vector<Segment>& segments) {
  std::vector<event::TakedownEvent> events;
  const auto keep = [&](Detection detection) {
    std::ranges::move(detection.events, std::back_inserter(events));
  };
  for (const auto& segment : segments) {
    if (auto detection = detector.detect(segment)) keep(*std::move(detection));
  }
  keep(detector.finish(segments.front().stream));
  return events;
}

}  // namespace staydown::service
