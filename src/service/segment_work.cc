#include "service/segment_work.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace staydown::service {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

Result<Taken> SegmentWork::take(BatchItem item, Patience patience) {
  kafka::Record& record = item.record;
  const auto done = [](const Result<void>& result) -> Result<Taken> {
    if (!result) return tl::unexpected(result.error());
    return Taken::kDone;
  };
  if (!item.parsed) return done(refuse(std::move(record), item.parsed.error()));
  event::SegmentMessage& message = *item.parsed;
  Segment& segment = message.segment;
  if (message.replay) {
    segment.stream.value += kLateSuffix;
    message.has_sequence = false;
  }
  if (!message.has_sequence) segment.sequence = record.offset;

  const auto* known = parts_.streams->find(segment.stream);
  if (known != nullptr && record.offset <= known->record.offset) {
    parts_.metrics->add(Count::kSegments, "contained");
    return Taken::kDone;
  }
  SequenceWindow window = known == nullptr ? SequenceWindow() : known->record.sequence;
  const auto step = message.has_sequence ? window.take(segment.sequence) : SequenceWindow::Step{};
  const bool sent_inside = message.data_ref.empty();
  if (step.arrival != Arrival::kDuplicate && (!sent_inside || !message.init_ref.empty())) {
    const auto begin = Steady::now();
    const auto filled = bytes_.fill_in(message);
    const std::chrono::duration<double> took = Steady::now() - begin;
    parts_.metrics->observe(Duration::kStage, took.count(), "fetch");
    if (!filled && filled.error().retriable && patience == Patience::kSome) return Taken::kLater;
    if (!filled) return done(refuse(std::move(record), filled.error()));
  }
  if (sent_inside) segment.bytes = *std::exchange(record.message.value, std::nullopt);
  const auto fault = watch(record, message, window, step);
  if (!fault) return tl::unexpected(fault.error());
  parts_.streams->keep_within_cap();
  if (!*fault) return Taken::kDone;
  if (sent_inside) record.message.value = std::move(segment.bytes);
  return done(refuse(std::move(record), **fault));
}

Result<SegmentWork::Fault> SegmentWork::watch(kafka::Record& record, event::SegmentMessage& message,
                                              const SequenceWindow& window,
                                              const SequenceWindow::Step& step) {
  Segment& segment = message.segment;
  parts_.load->note(parts_.clock() - segment.ingested, Steady::now());
  // A new epoch has a media time of its own, so that what is open would take its showings for old.
  const auto broadcast = step.arrival == Arrival::kNewEpoch ? Streams::Broadcast::kBegins
                                                            : Streams::Broadcast::kGoesOn;
  auto stream = wake(segment.stream, record, segment.ingested, broadcast);
  if (!stream) return tl::unexpected(std::move(stream.error()));
  (*stream)->record.sequence = window;
  count(step);
  if (step.arrival == Arrival::kDuplicate) return std::nullopt;
  if (step.arrival == Arrival::kLate) {
    segment.stream.value += kLateSuffix;
    stream = wake(segment.stream, record, segment.ingested, Streams::Broadcast::kGoesOn);
    if (!stream) return tl::unexpected(std::move(stream.error()));
  }
  const auto detection = detect(segment, **stream);
  if (!detection && detection.error().code != ErrorCode::kInternal) return detection.error();
  if (!detection) return tl::unexpected(detection.error());
  if (auto sent = publish(detection->events, true); !sent) return tl::unexpected(sent.error());
  return std::nullopt;
}

Result<ShelvedStream*> SegmentWork::wake(const StreamId& id, const kafka::Record& record,
                                         WallTime ingested, Streams::Broadcast broadcast) {
  const auto [stream, closed] = parts_.streams->wake(id, record, ingested, broadcast);
  if (auto sent = publish(closed, false); !sent) return tl::unexpected(std::move(sent.error()));
  return stream;
}

Result<Detection> SegmentWork::detect(const Segment& segment, ShelvedStream& stream) {
  const Effort effort =
      effort_in(parts_.load->step(), segment, stream.looks, parts_.detector->score(segment.stream));
  auto detection = parts_.detector->detect(segment, effort);
  const auto age = parts_.clock() - segment.ingested;
  if (age < MediaTime::zero()) parts_.metrics->add(Count::kNegativeLatencies);
  parts_.metrics->observe(Duration::kSegmentAge, seconds(std::max(age, MediaTime::zero())));
  if (!detection) return detection;
  if (effort != Effort::kSkip) stream.looks.sampled = segment.start;
  if (detection->hits > 0) stream.looks.suspected = segment.end();
  count(*detection, effort);
  return detection;
}

Result<void> SegmentWork::publish(const Streams::Events& events, bool timed) {
  for (const auto& event : events) {
    if (auto sent = parts_.outbox->publish(event, timed); !sent) return sent;
  }
  return {};
}

Result<void> SegmentWork::refuse(kafka::Record record, const Error& error) {
  return parts_.outbox->dead_letter(std::move(record), std::string(name_of(error.code)),
                                    error.message);
}

void SegmentWork::count(const SequenceWindow::Step& step) {
  parts_.metrics->add(Count::kArrivals, name_of(step.arrival));
  if (step.missing > 0) {
    parts_.metrics->add(Count::kMissingSegments, {}, static_cast<double>(step.missing));
  }
  if (step.arrival == Arrival::kDuplicate) parts_.metrics->add(Count::kSegments, "duplicate");
}

void SegmentWork::count(const Detection& detection, Effort effort) {
  Metrics& metrics = *parts_.metrics;
  metrics.add(Count::kSegments, effort == Effort::kFull       ? "detected"
                                : effort == Effort::kOneFrame ? "thinned"
                                                              : "skipped");
  metrics.add(Count::kSampledFrames, {}, static_cast<double>(detection.frames.size()));
  metrics.add(Count::kHits, {}, static_cast<double>(detection.hits));
  metrics.add(Count::kMatches, {}, static_cast<double>(detection.matches.size()));
  metrics.add(Count::kPastNotSearched, {}, static_cast<double>(detection.not_searched_for));
  for (const auto warning : detection.warnings) {
    metrics.add(Count::kMediaWarnings, media::name_of(warning));
  }
  for (const auto& [stage, time] : detection.stages) {
    metrics.observe(Duration::kStage, seconds(time), stage);
  }
}

}  // namespace staydown::service
