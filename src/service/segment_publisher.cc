#include "service/segment_publisher.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <utility>

#include "event/segment_message.h"
#include "kafka/producer.h"
#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto kDrain = 5s;

// Text that is safe as one path component and differs where ids differ.
std::string file_name(const std::string& id) {
  std::string name;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("~{:02x}", static_cast<unsigned char>(c));
  }
  return name;
}

}  // namespace

class SegmentPublisher::Impl {
 public:
  Impl(std::unique_ptr<kafka::Producer> producer, PublisherOptions options)
      : producer_(std::move(producer)), options_(std::move(options)) {}

  Result<void> publish(Segment segment, const std::stop_token& stop) {
    event::SegmentMessage message;
    message.id = fmt::format("{}/{}", segment.stream.value, segment.sequence);
    message.source = options_.source;
    message.segment = std::move(segment);
    auto sent = send(to_message(message), stop);
    if (sent || sent.error().code != ErrorCode::kTooLarge || options_.spool.empty()) return sent;
    auto path = spool(message.segment);
    if (!path) return tl::unexpected(std::move(path.error()));
    message.data_ref = "file://" + *path;
    message.segment.bytes.clear();
    return send(to_message(std::move(message)), stop);
  }

 private:
  Result<void> send(Message message, const std::stop_token& stop) {
    Result<void> result;
    bool known = false;
    auto sent = producer_->send({.topic = options_.topic, .message = std::move(message)},
                                [&](const Result<void>& delivered) {
                                  result = delivered;
                                  known = true;
                                });
    if (!sent) return sent;
    std::optional<Steady::time_point> stopped;
    while (!known) {
      (void)producer_->flush(1s);
      if (known) break;
      if (!stop.stop_requested()) {
        log(LogLevel::kWarning, "brokers_away", {{"topic", options_.topic}});
        continue;
      }
      if (!stopped) stopped = Steady::now();
      if (Steady::now() - *stopped < kDrain) continue;
      // What `delivered` refers to ends here, so the record must be gone before.
      producer_.reset();
      return fail(ErrorCode::kUnavailable, "the brokers do not acknowledge the last segment", true);
    }
    return result;
  }

  // Percent-encoding is not needed: the name is made of plain characters, the folder is the user's.
  Result<std::string> spool(const Segment& segment) const {
    const auto folder = std::filesystem::absolute(options_.spool) / file_name(segment.stream.value);
    const auto path = folder / fmt::format("{}.ts", segment.sequence);
    const auto part = path.string() + ".part";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::ofstream file(part, std::ios::binary);
    file.write(reinterpret_cast<const char*>(segment.bytes.data()),
               static_cast<std::streamsize>(segment.bytes.size()));
    file.close();
    if (file) std::filesystem::rename(part, path, error);
    if (!file || error) {
      const auto why = error ? error.message() : "it cannot be written; is the disk full?";
      std::filesystem::remove(part, error);
      return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), why));
    }
    return path.string();
  }

  std::unique_ptr<kafka::Producer> producer_;
  const PublisherOptions options_;
};

SegmentPublisher::SegmentPublisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SegmentPublisher::~SegmentPublisher() = default;

Result<std::unique_ptr<SegmentPublisher>> SegmentPublisher::connect(
    const kafka::ClientOptions& client, PublisherOptions options) {
  auto producer = kafka::Producer::connect(client);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  return std::unique_ptr<SegmentPublisher>(
      new SegmentPublisher(std::make_unique<Impl>(*std::move(producer), std::move(options))));
}

Result<void> SegmentPublisher::publish(Segment segment, const std::stop_token& stop) {
  return impl_->publish(std::move(segment), stop);
}

}  // namespace staydown::service
