#include "service/detector.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "service/log.h"

namespace staydown::service {
namespace {

using Steady = std::chrono::steady_clock;
using Stages = std::map<std::string, std::chrono::microseconds>;

// Adds the time from its construction to its end to one stage.
class StageTimer {
 public:
  StageTimer(Stages& stages, const char* stage) : total_(stages[stage]) {}
  ~StageTimer() {
    total_ += std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin_);
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  std::chrono::microseconds& total_;
  Steady::time_point begin_ = Steady::now();
};

// A segment as the matcher sees it.
struct Look {
  media::SampledSegment sampled;
  std::vector<Descriptor> descriptors;
  std::vector<Hit> hits;
};

// Where on the wall a moment of the stream was on air, told from its latest segment.
struct AirClock {
  MediaTime end{};
  WallTime ingested{};
  WallTime at(MediaTime t) const { return ingested - (end - t); }
};

}  // namespace

class Detector::Impl {
 public:
  Impl(DetectorOptions options, SharedParts parts)
      : options_(std::move(options)), parts_(std::move(parts)) {}

  Result<Detection> detect(const Segment& segment) {
    Stream& stream = stream_of(segment);
    const auto index = parts_.index->snapshot();
    Stages stages;

    const auto density =
        stream.tracker.undecided() ? media::Density::kDense : media::Density::kNormal;
    auto look = look_at(segment, stream, *index, density, stages);
    if (look && density == media::Density::kNormal && !look->hits.empty() &&
        stream.tracker.score() == 0) {
      if (auto closer = look_at(segment, stream, *index, media::Density::kDense, stages)) {
        look = std::move(closer);
      }
    }
    if (!look) return tl::unexpected(look.error());

    Detection detection;
    const MediaTime duration = std::max(segment.duration, look->sampled.duration);
    detection.on_air = {segment.start, segment.start + duration};
    stream.air = {detection.on_air.end, segment.ingested};
    {
      const StageTimer timer(stages, "match");
      const bool may_match = !look->hits.empty() || stream.tracker.score() > 0;
      const Sha256 digest = may_match ? sha256(segment.bytes) : Sha256{};
      detection.matches = stream.tracker.update({.on_air = detection.on_air,
                                                 .descriptors = look->descriptors,
                                                 .hits = look->hits,
                                                 .references = index->references(),
                                                 .digest = may_match ? &digest : nullptr});
    }
    const auto judged = judge(detection.matches, segment.stream, stream);
    detection.events = events_of(stream.cases.apply(detection.on_air.end, judged), segment.stream,
                                 stream, index->version(), stages);
    detection.score = stream.tracker.score();
    detection.frames = std::move(look->sampled.frames);
    detection.warnings = std::move(look->sampled.warnings);
    return detection;
  }

  Detection finish(const StreamId& id) {
    Detection detection;
    const auto found = streams_.find(id);
    if (found == streams_.end()) return detection;
    Stream& stream = found->second;
    detection.on_air = {stream.air.end, stream.air.end};
    detection.matches = stream.tracker.finish();
    auto steps = stream.cases.apply(stream.air.end, judge(detection.matches, id, stream));
    std::ranges::move(stream.cases.finish(), std::back_inserter(steps));
    detection.events =
        events_of(std::move(steps), id, stream, parts_.index->snapshot()->version(), {});
    streams_.erase(found);
    return detection;
  }

 private:
  struct Stream {
    AccountId account;
    media::FrameSampler sampler;
    matching::StreamTracker tracker;
    matching::CaseBook cases;
    AirClock air;
  };

  Stream& stream_of(const Segment& segment) {
    const auto found = streams_.find(segment.stream);
    if (found != streams_.end()) return found->second;
    return streams_
        .emplace(segment.stream,
                 Stream{.account = segment.account,
                        .sampler = media::FrameSampler(options_.sampling, options_.limits),
                        .tracker = matching::StreamTracker(parts_.calibration, options_.tracker),
                        .cases = matching::CaseBook(),
                        .air = {}})
        .first->second;
  }

  Result<Look> look_at(const Segment& segment, Stream& stream, const index::IndexSnapshot& index,
                       media::Density density, Stages& stages) const {
    Look look;
    {
      const StageTimer timer(stages, "decode");
      auto sampled = stream.sampler.sample(segment, density);
      if (!sampled) return tl::unexpected(sampled.error());
      look.sampled = *std::move(sampled);
    }
    {
      const StageTimer timer(stages, "describe");
      auto descriptors = parts_.describer->describe(look.sampled.frames);
      if (!descriptors) return tl::unexpected(descriptors.error());
      look.descriptors = *std::move(descriptors);
    }
    const StageTimer timer(stages, "search");
    look.hits = index.search(look.descriptors, options_.search);
    return look;
  }

  std::vector<std::pair<Match, Verdict>> judge(const std::vector<Match>& matches,
                                               const StreamId& id, const Stream& stream) {
    std::vector<std::pair<Match, Verdict>> judged;
    const policy::StreamContext context{
        .stream = id, .account = stream.account, .now = stream.air.end};
    for (const auto& match : matches) {
      judged.emplace_back(match, parts_.policy->judge(match, context));
    }
    for (const auto& trip : parts_.policy->take_trips()) {
      log(LogLevel::kWarning, "breaker_open",
          {{"reference", trip.reference.value},
           {"streams", trip.streams},
           {"remedy",
            "check the reference, then list it in policy.released or mark it confirmed"}});
    }
    return judged;
  }

  std::vector<event::TakedownEvent> events_of(std::vector<CaseStep> steps, const StreamId& id,
                                              const Stream& stream, std::uint64_t index_version,
                                              const Stages& stages) const {
    const auto zero = std::chrono::microseconds(0);
    std::vector<event::TakedownEvent> events;
    for (auto& step : steps) {
      event::TakedownEvent event;
      event.time = options_.clock();
      event.id = event::event_id(id, step.match.reference->info.id, step.case_number, step.kind);
      event.stream = id;
      event.account = stream.account;
      event.decided_at = stream.air.end;
      event.review_score = options_.tracker.review_score;
      event.takedown_score = options_.tracker.takedown_score;
      event.versions = options_.versions;
      event.versions.index = index_version;
      event.latency.stages = stages;
      event.latency.ingest_to_event = std::max(zero, event.time - stream.air.ingested);
      event.latency.exposure = std::max(zero, event.time - stream.air.at(step.match.query.begin));
      event.step = std::move(step);
      events.push_back(std::move(event));
    }
    return events;
  }

  DetectorOptions options_;
  SharedParts parts_;
  std::unordered_map<StreamId, Stream> streams_;
};

Detector::Detector(DetectorOptions options, SharedParts parts)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(parts))) {}

Detector::~Detector() = default;

Result<Detection> Detector::detect(const Segment& segment) { return impl_->detect(segment); }

Detection Detector::finish(const StreamId& stream) { return impl_->finish(stream); }

}  // namespace staydown::service
