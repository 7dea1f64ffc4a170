#include "ingest/segment_publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/clock.h"
#include "event/segment_message.h"
#include "ingest/spool.h"
#include "kafka/producer.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// Longer than brokers take to elect a leader: from here on the wait is worth words.
constexpr auto kSlow = 5s;
constexpr auto kLongestSilence = 300s;

}  // namespace

class SegmentPublisher::Impl {
 public:
  Impl(std::unique_ptr<kafka::Producer> producer, PublisherOptions options, const std::string& part,
       Status& status)
      : producer_(std::move(producer)),
        options_(std::move(options)),
        status_(status),
        part_(status.health, part) {}

  Result<void> publish(Segment segment, const std::stop_token& give_up) {
    const auto ingested = segment.ingested;
    const auto bytes = segment.bytes.size();
    auto sent = put(std::move(segment), give_up);
    part_.waits();
    if (sent) status_.ledger.published(bytes, wall_clock() - ingested);
    return sent;
  }

 private:
  Result<void> put(Segment segment, const std::stop_token& give_up) {
    event::SegmentMessage message;
    message.id = fmt::format("{}/{}", segment.stream.value, segment.sequence);
    message.source = options_.source;
    message.segment = std::move(segment);
    auto sent = send(message, give_up);
    if (sent || sent.error().code != ErrorCode::kTooLarge || options_.spool.empty()) return sent;
    auto uri = spool(message.segment, options_.spool);
    if (!uri) return tl::unexpected(std::move(uri.error()));
    status_.metrics.add(service::Count::kIngestSpooled);
    message.data_ref = *std::move(uri);
    message.segment.bytes.clear();
    return send(message, give_up);
  }

  Result<void> send(const event::SegmentMessage& message, const std::stop_token& give_up) {
    part_.alive();
    if (!producer_) return given_up();
    Result<void> result;
    bool known = false;
    auto sent = producer_->send({.topic = options_.topic, .message = to_message(message)},
                                [&](const Result<void>& delivered) {
                                  result = delivered;
                                  known = true;
                                });
    if (!sent) return sent;
    const auto began = Steady::now();
    auto told = began + kSlow;
    while (!known) {
      (void)producer_->flush(give_up.stop_requested() ? 0ms : 500ms);
      part_.alive();
      if (known) break;
      if (give_up.stop_requested()) {
        // What `delivered` refers to ends here, so the record must be gone before.
        producer_.reset();
        return given_up();
      }
      if (Steady::now() < told) continue;
      tell_of_wait(message.segment.stream, Steady::now() - began);
      told = Steady::now() +
             std::clamp<Steady::duration>(Steady::now() - began, kSlow, kLongestSilence);
    }
    if (told != began + kSlow) part_.problem("");
    return result;
  }

  static tl::unexpected<Error> given_up() {
    return fail(ErrorCode::kUnavailable, "the brokers have not acknowledged it before the end",
                true);
  }

  void tell_of_wait(const StreamId& stream, Steady::duration waited) {
    part_.problem("the brokers do not acknowledge what it writes");
    service::log(service::LogLevel::kWarning, "segment_waits",
                 {{"stream", stream.value},
                  {"topic", options_.topic},
                  {"seconds", std::chrono::duration_cast<std::chrono::seconds>(waited).count()}});
  }

  std::unique_ptr<kafka::Producer> producer_;  // null once it gave up
  const PublisherOptions options_;
  Status& status_;
  IngestHealth::Part part_;
};

SegmentPublisher::SegmentPublisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SegmentPublisher::~SegmentPublisher() = default;

Result<std::unique_ptr<SegmentSink>> SegmentPublisher::connect(const kafka::ClientOptions& client,
                                                               PublisherOptions options,
                                                               const std::string& part,
                                                               Status& status) {
  auto producer = kafka::Producer::connect(client);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  return std::unique_ptr<SegmentSink>(new SegmentPublisher(
      std::make_unique<Impl>(*std::move(producer), std::move(options), part, status)));
}

Result<void> SegmentPublisher::publish(Segment segment, const std::stop_token& give_up) {
  return impl_->publish(std::move(segment), give_up);
}

}  // namespace staydown::ingest
