#include "kafka/producer.h"

#include <fmt/format.h>

#include <utility>

#include "kafka/handles.h"

namespace staydown::kafka {
namespace {

constexpr int kFullQueueWaitMs = 50;

}  // namespace

class Producer::Impl {
 public:
  ~Impl() {
    if (client_) {
      rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      while (rd_kafka_outq_len(client_.get()) > 0) rd_kafka_poll(client_.get(), kFullQueueWaitMs);
    }
  }

  Result<void> connect(const ClientOptions& options) {
    auto conf = make_conf(options,
                          {{"enable.idempotence", "true"},
                           {"partitioner", "murmur2_random"},
                           {"linger.ms", "0"},
                           {"message.timeout.ms", "0"},        // waits for the brokers
                           {"message.max.bytes", "67108864"},  // the topic's limit decides
                           {"queue.buffering.max.kbytes", "131072"},
                           {"reconnect.backoff.max.ms", "2000"}},
                          context_);
    if (!conf) return tl::unexpected(std::move(conf.error()));
    context_.owner = this;
    rd_kafka_conf_set_dr_msg_cb(conf->get(), &Impl::on_delivery);
    auto client = make_client(RD_KAFKA_PRODUCER, *std::move(conf));
    if (!client) return tl::unexpected(std::move(client.error()));
    client_ = *std::move(client);
    return {};
  }

  Result<void> send(Outgoing record, Delivered delivered) {
    const auto& [topic, message, partition] = record;
    HeadersPtr headers(rd_kafka_headers_new(message.headers.size()));
    for (const auto& [name, value] : message.headers) {
      rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                          value.data(), static_cast<ssize_t>(value.size()));
    }
    auto opaque = std::make_unique<Delivered>(std::move(delivered));
    // librdkafka takes const data; the cast is for its older signature.
    void* value = message.value ? const_cast<std::uint8_t*>(message.value->data()) : nullptr;
    // A value of no bytes is not a tombstone: it needs an address.
    static std::uint8_t nothing = 0;
    if (message.value && value == nullptr) value = &nothing;
    while (true) {
      const ErrorPtr error(produce(record, value, opaque.get(), headers.get()));
      if (!error) break;
      if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return tl::unexpected(error_of(*error, fmt::format("topic {}: cannot write", topic)));
      }
      rd_kafka_poll(client_.get(), kFullQueueWaitMs);
    }
    [[maybe_unused]] auto* sent_headers = headers.release();
    [[maybe_unused]] auto* sent_opaque = opaque.release();
    rd_kafka_poll(client_.get(), 0);
    return {};
  }

  Result<void> flush(std::chrono::milliseconds timeout) {
    const auto code = rd_kafka_flush(client_.get(), static_cast<int>(timeout.count()));
    if (failure_) return tl::unexpected(*std::exchange(failure_, std::nullopt));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail(ErrorCode::kBusy,
                  fmt::format("{} records are not acknowledged after {} ms",
                              rd_kafka_outq_len(client_.get()), timeout.count()),
                  true);
    }
    return {};
  }

 private:
  rd_kafka_error_t* produce(const Outgoing& record, void* value, Delivered* opaque,
                            rd_kafka_headers_t* headers) {
    rd_kafka_vu_t parts[7];
    std::size_t count = 0;
    const auto add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
      parts[count].vtype = type;
      return parts[count++];
    };
    add(RD_KAFKA_VTYPE_TOPIC).u.cstr = record.topic.c_str();
    add(RD_KAFKA_VTYPE_PARTITION).u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
    auto& key = add(RD_KAFKA_VTYPE_KEY);
    key.u.mem.ptr = const_cast<char*>(record.message.key.data());
    key.u.mem.size = record.message.key.size();
    auto& payload = add(RD_KAFKA_VTYPE_VALUE);
    payload.u.mem.ptr = value;
    payload.u.mem.size = record.message.value ? record.message.value->size() : 0;
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = opaque;
    add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
    return rd_kafka_produceva(client_.get(), parts, count);
  }

  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<Impl*>(static_cast<ClientContext*>(opaque)->owner);
    const std::unique_ptr<Delivered> delivered(static_cast<Delivered*>(message->_private));
    Result<void> result;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      result = tl::unexpected(error_of(
          message->err, fmt::format("topic {}: cannot write", rd_kafka_topic_name(message->rkt))));
    }
    if (*delivered) {
      (*delivered)(result);
    } else if (!result && !self.failure_) {
      self.failure_ = std::move(result.error());
    }
  }

  ClientContext context_;  // outlives the client
  std::optional<Error> failure_;
  ClientPtr client_;
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::~Producer() = default;

Result<std::unique_ptr<Producer>> Producer::connect(const ClientOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (auto done = impl->connect(options); !done) return tl::unexpected(std::move(done.error()));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Result<void> Producer::send(Outgoing record, Delivered delivered) {
  return impl_->send(std::move(record), std::move(delivered));
}
Result<void> Producer::flush(std::chrono::milliseconds timeout) { return impl_->flush(timeout); }

}  // namespace staydown::kafka
