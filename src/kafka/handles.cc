#include "kafka/handles.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <future>
#include <thread>
#include <utility>

namespace staydown::kafka {
namespace {

Severity severity_of(int syslog_level) {
  if (syslog_level <= 3) return Severity::kError;
  return syslog_level == 4 ? Severity::kWarning : Severity::kInfo;
}

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  if (client == nullptr) return;
  const auto* context = static_cast<ClientContext*>(rd_kafka_opaque(client));
  if (context == nullptr) return;
  context->tell({.severity = severity_of(level), .text = fmt::format("{}: {}", facility, text)});
}

void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  static_cast<ClientContext*>(opaque)->tell(
      {.severity = Severity::kWarning,
       .text = fmt::format("{}: {}", rd_kafka_err2name(error), reason),
       .brokers_down = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN});
}

ErrorCode code_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return ErrorCode::kDenied;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return ErrorCode::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return ErrorCode::kTooLarge;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
      return ErrorCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return ErrorCode::kInternal;
    default:
      return ErrorCode::kUnavailable;
  }
}

bool is_retriable(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kNotFound;
}

}  // namespace

std::function<void(const Notice&)> ClientContext::tell_to(
    std::function<void(const Notice&)> notice) {
  const std::scoped_lock lock(mutex_);
  return std::exchange(notice_, std::move(notice));
}

void ClientContext::tell(const Notice& notice) const {
  const std::scoped_lock lock(mutex_);
  if (notice_) notice_(notice);
}

Result<ConfPtr> make_conf(const ClientOptions& options,
                          const std::map<std::string, std::string>& defaults,
                          ClientContext& context) {
  ConfPtr conf(rd_kafka_conf_new());
  std::array<char, 512> reason{};
  const auto set = [&](const std::string& key, const std::string& value) -> Result<void> {
    const auto result =
        rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), reason.data(), reason.size());
    if (result == RD_KAFKA_CONF_OK) return {};
    return fail(ErrorCode::kInvalidArgument,
                result == RD_KAFKA_CONF_UNKNOWN
                    ? fmt::format("kafka.properties.{}: librdkafka {} knows no such property", key,
                                  rd_kafka_version_str())
                    : fmt::format("kafka.properties.{}: librdkafka does not take this value; see "
                                  "its CONFIGURATION.md",
                                  key));
  };
  for (const auto* properties : {&defaults, &options.properties}) {
    for (const auto& [key, value] : *properties) {
      if (auto done = set(key, value); !done) return tl::unexpected(std::move(done.error()));
    }
  }
  context.tell_to(options.notice);
  rd_kafka_conf_set_opaque(conf.get(), &context);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  return conf;
}

Result<ClientPtr> make_client(rd_kafka_type_t type, ConfPtr conf) {
  std::array<char, 512> reason{};
  ClientPtr client(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (!client) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("kafka.properties: {}", reason.data()));
  }
  [[maybe_unused]] auto* taken = conf.release();  // the client owns it now
  return client;
}

void end_consumer(ClientPtr client, std::unique_ptr<ClientContext> context,
                  std::chrono::milliseconds patience) {
  if (!client) return;
  const auto tell = context->tell_to({});
  std::promise<void> over;
  const auto ended = over.get_future();
  std::thread ending(
      [client = std::move(client), context = std::move(context), over = std::move(over)]() mutable {
        rd_kafka_consumer_close(client.get());
        client.reset();
        over.set_value();
      });
  if (ended.wait_for(patience) == std::future_status::ready) {
    ending.join();
    return;
  }
  ending.detach();
  if (!tell) return;
  tell({.severity = Severity::kWarning,
        .text = fmt::format("a consumer has not ended within {} ms and is left behind",
                            patience.count())});
}

Result<void> check(const ClientOptions& options) {
  ClientContext context;
  auto conf = make_conf(options, {}, context);
  if (!conf) return tl::unexpected(std::move(conf.error()));
  return {};
}

Error error_of(rd_kafka_resp_err_t code, const std::string& doing) {
  const auto kind = code_of(code);
  return {kind, fmt::format("{}: {} ({})", doing, rd_kafka_err2str(code), rd_kafka_err2name(code)),
          is_retriable(kind)};
}

Error error_of(const rd_kafka_error_t& error, const std::string& doing) {
  const auto kind = rd_kafka_error_is_fatal(&error) != 0 ? ErrorCode::kInternal
                                                         : code_of(rd_kafka_error_code(&error));
  return {
      kind,
      fmt::format("{}: {} ({})", doing, rd_kafka_error_string(&error), rd_kafka_error_name(&error)),
      is_retriable(kind)};
}

PositionsPtr to_list(const std::string& topic, const std::vector<Position>& positions) {
  PositionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const auto& position : positions) {
    auto* added = rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), position.partition);
    added->offset = position.offset < 0 ? RD_KAFKA_OFFSET_INVALID : position.offset;
    if (position.note.empty()) continue;
    // The list frees it with rd_free, which is free.
    added->metadata = ::strdup(position.note.c_str());
    added->metadata_size = position.note.size();
  }
  return list;
}

std::vector<Position> from_list(const rd_kafka_topic_partition_list_t& list) {
  std::vector<Position> positions;
  for (int i = 0; i < list.cnt; ++i) {
    const auto& one = list.elems[i];
    Position position{one.partition, one.offset < 0 ? -1 : one.offset, {}};
    if (one.metadata != nullptr) {
      position.note.assign(static_cast<const char*>(one.metadata), one.metadata_size);
    }
    positions.push_back(std::move(position));
  }
  return positions;
}

Record to_record(const rd_kafka_message_t& message) {
  Record record;
  record.topic = rd_kafka_topic_name(message.rkt);
  record.partition = message.partition;
  record.offset = message.offset;
  const std::int64_t stamp = rd_kafka_message_timestamp(&message, nullptr);
  if (stamp > 0) record.appended = WallTime(std::chrono::milliseconds(stamp));
  if (message.key != nullptr) {
    record.message.key.assign(static_cast<const char*>(message.key), message.key_len);
  }
  if (message.payload != nullptr) {
    const auto* bytes = static_cast<const std::uint8_t*>(message.payload);
    record.message.value.emplace(bytes, bytes + message.len);
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.message.headers.push_back(
          {name,
           value == nullptr ? std::string() : std::string(static_cast<const char*>(value), size)});
    }
  }
  return record;
}

}  // namespace staydown::kafka
