#include "service/outbox.h"

#include <algorithm>
#include <utility>

#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::connect(const kafka::ClientOptions& client,
                                                TopicNames topics, Metrics& metrics,
                                                std::function<WallTime()> clock) {
  auto producer = kafka::Producer::connect(client);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  return std::unique_ptr<Outbox>(
      new Outbox(*std::move(producer), std::move(topics), metrics, std::move(clock)));
}

Outbox::Outbox(std::unique_ptr<kafka::Producer> producer, TopicNames topics, Metrics& metrics,
               std::function<WallTime()> clock)
    : producer_(std::move(producer)),
      topics_(std::move(topics)),
      metrics_(metrics),
      clock_(std::move(clock)) {}

void Outbox::note(const Result<void>& delivered) {
  if (!delivered && !failure_) failure_ = delivered.error();
}

Result<void> Outbox::publish(const event::TakedownEvent& event, bool timed) {
  const auto json = to_json(event);
  unsettled_ = true;
  auto sent = producer_->send(
      {.topic = topics_.takedowns,
       .message = {.key = event.stream.value,
                   .headers = {{"content-type", "application/cloudevents+json; charset=UTF-8"}},
                   .value = Bytes(json.begin(), json.end())}},
      [this, timed,
       timing = timed ? event : event::TakedownEvent{}](const Result<void>& delivered) {
        note(delivered);
        if (delivered && timed) acknowledged(timing);
      });
  if (!sent) return sent;
  metrics_.add(Count::kVerdicts, name_of(event.step.verdict.kind));
  log(LogLevel::kInfo, "takedown_event",
      {{"id", event.id},
       {"stream", event.stream.value},
       {"reference", event.step.match.reference->info.id.value},
       {"step", name_of(event.step.kind)},
       {"verdict", name_of(event.step.verdict.kind)}});
  return {};
}

void Outbox::acknowledged(const event::TakedownEvent& event) {
  const auto since_decision = clock_() - event.time;
  const auto latency = event.latency.ingest_to_event + since_decision;
  metrics_.observe(Duration::kIngestToEvent, seconds(std::max(latency, MediaTime::zero())));
  if (event.step.kind == CaseStepKind::kClosed) return;
  const auto exposure = event.latency.exposure + since_decision;
  metrics_.observe(Duration::kExposure, seconds(std::max(exposure, MediaTime::zero())));
}

Result<void> Outbox::dead_letter(kafka::Record record, const std::string& reason,
                                 const std::string& message) {
  metrics_.add(Count::kDeadLetters, reason);
  metrics_.add(Count::kSegments, "dead_lettered");
  log(LogLevel::kWarning, "dead_letter",
      {{"reason", reason},
       {"topic", record.topic},
       {"partition", record.partition},
       {"offset", record.offset},
       {"message", message}});
  return send_letter(std::move(record.message), {.reason = reason,
                                                 .message = message,
                                                 .topic = record.topic,
                                                 .partition = record.partition,
                                                 .offset = record.offset,
                                                 .time = clock_()});
}

Result<void> Outbox::send_letter(Message original, event::DeadLetter letter) {
  Message without_value{original.key, original.headers, {}};
  auto message = to_message(std::move(original), letter);
  const auto omit = [this, letter, without_value] {
    event::DeadLetter shorter = letter;
    shorter.value_omitted = true;
    return send_letter(without_value, std::move(shorter));
  };
  unsettled_ = true;
  auto sent = producer_->send(
      {.topic = topics_.dead_letters, .message = std::move(message)},
      [this, omit, omitted = letter.value_omitted](const Result<void>& delivered) {
        if (delivered || omitted || delivered.error().code != ErrorCode::kTooLarge) {
          return note(delivered);
        }
        note(omit());
      });
  if (!sent && !letter.value_omitted && sent.error().code == ErrorCode::kTooLarge) return omit();
  return sent;
}

Result<void> Outbox::save(const StreamId& stream, std::int32_t partition,
                          const StreamRecord* record) {
  Message message{.key = stream.value, .headers = {}, .value = {}};
  if (record != nullptr) message.value = encode(*record);
  metrics_.add(Count::kStateWrites);
  metrics_.add(Count::kStateBytes, {},
               message.value ? static_cast<double>(message.value->size()) : 0);
  unsettled_ = true;
  return producer_->send(
      {.topic = topics_.state, .message = std::move(message), .partition = partition},
      [this](const Result<void>& delivered) { note(delivered); });
}

Result<void> Outbox::settle(const std::function<bool()>& waiting) {
  if (!unsettled_) return {};
  while (true) {
    auto flushed = producer_->flush(1s);
    if (flushed) break;
    if (flushed.error().code != ErrorCode::kBusy) return flushed;
    if (!waiting()) {
      return fail(ErrorCode::kUnavailable, "the brokers do not acknowledge what is written", true);
    }
  }
  unsettled_ = false;
  if (failure_) return tl::unexpected(*std::exchange(failure_, std::nullopt));
  return {};
}

}  // namespace staydown::service
