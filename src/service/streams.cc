#include "service/streams.h"

#include <algorithm>
#include <iterator>

#include "service/log.h"

namespace staydown::service {
namespace {

void warn_unusable(Metrics& metrics, const StreamId& stream, const Error& error) {
  metrics.add(Count::kErrors, name_of(error.code));
  log(LogLevel::kWarning, "state_unusable", {{"stream", stream.value}, {"message", error.message}});
}

}  // namespace

void Streams::restore(const kafka::Record& saved, std::int64_t end) {
  const StreamId id(saved.message.key);
  if (!saved.message.value) return shelf_.drop(id);
  auto record = decode_stream_record(*saved.message.value);
  if (!record) return warn_unusable(metrics_, id, record.error());
  if (record->offset >= end) return;
  const auto* known = shelf_.find(id);
  if (known != nullptr && known->record.offset > record->offset) return;
  ShelvedStream shelved;
  shelved.partition = saved.partition;
  shelved.record = *std::move(record);
  shelf_.put(id, std::move(shelved));
}

const ShelvedStream* Streams::find(const StreamId& id) { return shelf_.find(id); }

std::pair<ShelvedStream*, Streams::Events> Streams::wake(const StreamId& id,
                                                         const kafka::Record& record,
                                                         WallTime ingested, Broadcast broadcast) {
  auto& stream = shelf_.use(id, record.partition);
  rouse(id, stream);
  const bool is_over =
      broadcast == Broadcast::kBegins || ingested - stream.record.fed > config_.idle;
  const bool had_ended = !stream.record.ended && stream.record.offset >= 0 && is_over;
  Events events;
  if (had_ended) events = detector_.finish(id).events;
  stream.record.offset = record.offset;
  stream.record.fed = std::max(stream.record.fed, ingested);
  stream.record.ended = false;
  change(id, stream);
  return {&stream, std::move(events)};
}

void Streams::rouse(const StreamId& id, ShelvedStream& stream) {
  if (!stream.awake && !stream.record.detector.empty()) {
    if (auto restored = detector_.restore(id, stream.record.detector); !restored) {
      warn_unusable(metrics_, id, restored.error());
    }
    stream.record.detector.clear();
  }
  stream.awake = true;
}

void Streams::put_to_sleep(const StreamId& id) {
  shelf_.put_to_sleep(id, detector_.save(id));
  detector_.forget(id);
}

void Streams::change(const StreamId& id, ShelvedStream& stream) {
  if (!std::exchange(stream.changed, true)) changed_.push_back(id);
}

void Streams::keep_within_cap() {
  while (const auto id = shelf_.least_used_beyond(config_.max_streams)) {
    put_to_sleep(*id);
    metrics_.add(Count::kStreamsLetGo, "cap");
  }
}

Streams::Events Streams::end_idle(WallTime now,
                                  const std::function<bool(std::int32_t)>& caught_up) {
  Events events;
  const auto ended = shelf_.where([&](const ShelvedStream& stream) {
    return !stream.record.ended && now - stream.record.fed > config_.idle &&
           caught_up(stream.partition);
  });
  for (const auto& id : ended) {
    auto& stream = shelf_.use(id, shelf_.find(id)->partition);
    rouse(id, stream);
    std::ranges::move(detector_.finish(id).events, std::back_inserter(events));
    stream.record.ended = true;
    change(id, stream);
    put_to_sleep(id);
    metrics_.add(Count::kStreamsLetGo, "idle");
  }
  const auto forgotten = shelf_.where([&](const ShelvedStream& stream) {
    return stream.record.ended && !stream.changed &&
           now - stream.record.fed > config_.idle + config_.forget;
  });
  for (const auto& id : forgotten) {
    forgotten_.emplace_back(id, shelf_.find(id)->partition);
    shelf_.drop(id);
    metrics_.add(Count::kStreamsLetGo, "forgotten");
  }
  return events;
}

Result<void> Streams::save_changes(const Save& save) {
  for (const auto& id : std::exchange(changed_, {})) {
    auto* stream = shelf_.find(id);
    if (stream == nullptr) continue;
    stream->changed = false;
    StreamRecord record = stream->record;
    if (stream->awake) record.detector = detector_.save(id);
    if (auto saved = save(id, stream->partition, &record); !saved) return saved;
  }
  for (const auto& [id, partition] : std::exchange(forgotten_, {})) {
    if (auto saved = save(id, partition, nullptr); !saved) return saved;
  }
  return {};
}

void Streams::drop_all() {
  shelf_.for_each([&](const StreamId& id, ShelvedStream&) { detector_.forget(id); });
  shelf_.clear();
  changed_.clear();
  forgotten_.clear();
}

}  // namespace staydown::service
