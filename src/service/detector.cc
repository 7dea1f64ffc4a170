#include "service/detector.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>

#include "matching/frame_hits.h"
#include "service/log.h"
#include "service/watched_stream.h"

namespace staydown::service {
namespace {

using Steady = std::chrono::steady_clock;
// Between two showings of one reference that are one case (docs/glossary.md).
constexpr MediaTime kMaxGap = std::chrono::seconds(60);

// The past of a stream as the matcher saw it, and how it would go on.
struct PastSearch {
  std::vector<Match> matches;
  matching::StreamTracker tracker;
};

media::Density density_for(matching::Attention attention, Effort effort) {
  if (attention == matching::Attention::kClose) return media::Density::kDense;
  if (effort == Effort::kOneFrame) return media::Density::kThin;
  return attention == matching::Attention::kSteady ? media::Density::kSteady
                                                   : media::Density::kNormal;
}

// A segment as the matcher sees it.
struct Look : Seen {
  std::vector<Hit> hits;
};

}  // namespace

class Detector::Impl {
 public:
  Impl(DetectorOptions options, SharedParts parts, std::shared_ptr<const Looker> looker)
      : options_(std::move(options)), parts_(std::move(parts)), looker_(std::move(looker)) {}

  Result<Detection> detect(const Segment& segment, Effort effort) {
    WatchedStream& stream = stream_of(segment.stream);
    stream.account = segment.account;
    const auto index = parts_.index->snapshot();
    Stages stages;
    note_arrivals(index);
    auto past = search_past(stream, *index, stages);

    const std::size_t entries = index->entries();
    auto attention = stream.tracker.attention(entries);
    if (past) attention = std::max(attention, past->tracker.attention(entries));
    const double score = std::max(stream.tracker.score(), past ? past->tracker.score() : 0);
    const auto density = density_for(attention, effort);
    auto look =
        effort == Effort::kSkip ? Look{} : look_at(segment, stream, *index, density, stages);
    const double by_chance = matching::chance(entries);
    if (look && density != media::Density::kDense && score <= by_chance &&
        matching::strongest_vote(look->descriptors, look->hits, *parts_.calibration) > by_chance) {
      if (auto closer = look_at(segment, stream, *index, media::Density::kDense, stages)) {
        look = std::move(closer);
      }
    }
    if (!look) return tl::unexpected(look.error());  // the past is searched with the next segment

    stream.past.version = index->version();
    if (past) stream.tracker.join(std::move(past->tracker));
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
    stream.past.remember(detection.on_air, look->descriptors, options_.lookback);
    if (past) {
      std::erase_if(past->matches, [&](const Match& m) { return stream.cases.closed_before(m); });
      detection.matches.insert(detection.matches.begin(),
                               std::make_move_iterator(past->matches.begin()),
                               std::make_move_iterator(past->matches.end()));
    }
    const auto judged = judge(detection.matches, segment.stream, stream);
    detection.events = events_of(stream.cases.apply(detection.on_air.end, judged), segment.stream,
                                 stream, index->version(), stages);
    detection.score = stream.tracker.score();
    detection.hits = look->hits.size();
    detection.not_searched_for = std::exchange(not_searched_for_, 0);
    detection.stages = std::move(stages);
    detection.frames = std::move(look->sampled.frames);
    detection.warnings = std::move(look->sampled.warnings);
    return detection;
  }

  Detection finish(const StreamId& id) {
    Detection detection;
    const auto found = streams_.find(id);
    if (found == streams_.end()) return detection;
    WatchedStream& stream = found->second;
    detection.on_air = {stream.air.end, stream.air.end};
    detection.matches = stream.tracker.finish();
    auto steps = stream.cases.apply(stream.air.end, judge(detection.matches, id, stream));
    std::ranges::move(stream.cases.finish(), std::back_inserter(steps));
    detection.events =
        events_of(std::move(steps), id, stream, parts_.index->snapshot()->version(), {});
    return detection;
  }

  double score(const StreamId& id) const {
    const auto found = streams_.find(id);
    return found == streams_.end() ? 0 : found->second.tracker.score();
  }

  Bytes save(const StreamId& id) const {
    const auto found = streams_.find(id);
    return found == streams_.end() ? Bytes{} : save_stream(found->second);
  }

  Result<void> restore(const StreamId& id, std::span<const std::uint8_t> saved) {
    streams_.erase(id);
    auto restored = load_stream(saved, make_stream(), parts_.index->snapshot()->references());
    if (!restored) return tl::unexpected(std::move(restored.error()));
    streams_.emplace(id, *std::move(restored));
    return {};
  }

  void forget(const StreamId& id) { streams_.erase(id); }

 private:
  WatchedStream make_stream() const {
    return {.account = {},
            .sampler = media::FrameSampler(options_.sampling, options_.limits),
            .tracker = matching::StreamTracker(parts_.calibration, options_.tracker),
            .cases = matching::CaseBook(kMaxGap, options_.lookback),
            .air = {},
            .past = {}};
  }

  WatchedStream& stream_of(const StreamId& id) {
    const auto found = streams_.find(id);
    return found != streams_.end() ? found->second
                                   : streams_.emplace(id, make_stream()).first->second;
  }

  void note_arrivals(const std::shared_ptr<const index::IndexSnapshot>& index) {
    if (options_.lookback <= MediaTime::zero()) return;
    const auto too_many = parts_.arrivals->note(index, Steady::now());
    if (too_many == 0) return;
    not_searched_for_ += too_many;
    log(LogLevel::kWarning, "past_not_searched", {{"references", too_many}});
  }

  // What references that came since the stream's last segment have to do with its last minutes.
  // Changes nothing.
  std::optional<PastSearch> search_past(const WatchedStream& stream,
                                        const index::IndexSnapshot& index, Stages& stages) const {
    if (stream.past.segments.empty()) return std::nullopt;
    const auto came = parts_.arrivals->between(stream.past.version, index.version());
    if (came.empty()) return std::nullopt;
    const StageTimer timer(stages, "search");
    PastSearch search{{}, matching::StreamTracker(parts_.calibration, options_.tracker)};
    search.matches =
        look_back(stream.past, came, index.references(), options_.search, search.tracker);
    return search;
  }

  Result<Look> look_at(const Segment& segment, WatchedStream& stream,
                       const index::IndexSnapshot& index, media::Density density,
                       Stages& stages) const {
    auto seen = looker_->look(stream.sampler, segment, density, stages);
    if (!seen) return tl::unexpected(seen.error());
    Look look{*std::move(seen), {}};
    const StageTimer timer(stages, "search");
    look.hits = index.search(look.descriptors, options_.search);
    return look;
  }

  std::vector<std::pair<Match, Verdict>> judge(const std::vector<Match>& matches,
                                               const StreamId& id, const WatchedStream& stream) {
    std::vector<std::pair<Match, Verdict>> judged;
    judged.reserve(matches.size());
    const policy::StreamContext context{
        .stream = id, .account = stream.account, .ingested = stream.air.ingested};
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
                                              const WatchedStream& stream,
                                              std::uint64_t index_version,
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
  std::shared_ptr<const Looker> looker_;
  std::size_t not_searched_for_ = 0;  // since the last detection
  std::unordered_map<StreamId, WatchedStream> streams_;
};

Detector::Detector(DetectorOptions options, const SharedParts& parts)
    : Detector(std::move(options), parts,
               std::make_shared<const DescribingLooker>(parts.describer)) {}
Detector::Detector(DetectorOptions options, SharedParts parts, std::shared_ptr<const Looker> looker)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(parts), std::move(looker))) {}

Detector::~Detector() = default;

Result<Detection> Detector::detect(const Segment& segment, Effort effort) {
  return impl_->detect(segment, effort);
}

Detection Detector::finish(const StreamId& stream) { return impl_->finish(stream); }
double Detector::score(const StreamId& stream) const { return impl_->score(stream); }
Bytes Detector::save(const StreamId& stream) const { return impl_->save(stream); }
Result<void> Detector::restore(const StreamId& stream, std::span<const std::uint8_t> saved) {
  return impl_->restore(stream, saved);
}
void Detector::forget(const StreamId& stream) { impl_->forget(stream); }

}  // namespace staydown::service
