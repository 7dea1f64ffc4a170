#include "kafka/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "kafka/asking.h"
#include "kafka/handles.h"
#include "kafka/metadata.h"

namespace staydown::kafka {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};  // of one question
constexpr std::chrono::milliseconds kLook{500};         // how soon a stop is seen
constexpr std::chrono::milliseconds kLongestEnd{2000};  // an end takes milliseconds

}  // namespace

class LogReader::Impl {
 public:
  ~Impl() { end_consumer(std::move(client_), std::move(context_), kLongestEnd); }

  Result<void> connect(const ClientOptions& options) {
    auto conf = make_conf(options,
                          {{"group.id", "staydown-reader"},  // required, never joined
                           {"enable.auto.commit", "false"},
                           {"enable.partition.eof", "true"},
                           {"auto.offset.reset", "earliest"},
                           {"fetch.wait.max.ms", "100"},
                           {"reconnect.backoff.max.ms", "2000"}},
                          *context_);
    if (!conf) return tl::unexpected(std::move(conf.error()));
    auto client = make_client(RD_KAFKA_CONSUMER, *std::move(conf));
    if (!client) return tl::unexpected(std::move(client.error()));
    client_ = *std::move(client);
    stop_ = options.stop;
    rd_kafka_poll_set_consumer(client_.get());
    return {};
  }

  Result<int> partitions(const std::string& topic, std::chrono::milliseconds patience) {
    return count_partitions(*client_, topic, patience, stop_);
  }

  Result<void> start(const std::string& topic, const std::vector<Position>& from) {
    topic_ = topic;
    unfinished_.clear();
    const auto list = to_list(topic, from);
    for (int i = 0; i < list->cnt; ++i) {
      unfinished_.insert(list->elems[i].partition);
      if (from[static_cast<std::size_t>(i)].offset < 0) {
        list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
      }
    }
    if (const auto code = rd_kafka_assign(client_.get(), list.get())) {
      return tl::unexpected(error_of(code, doing("read")));
    }
    return {};
  }

  Result<std::vector<Position>> since(const std::string& topic, int partitions, WallTime time) {
    std::vector<Position> from;
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    for (int partition = 0; partition < partitions; ++partition) {
      from.push_back({partition, ms, {}});
    }
    const auto list = to_list(topic, from);
    const auto code = ask_for(kPatience, stop_, [&](int timeout) {
      return rd_kafka_offsets_for_times(client_.get(), list.get(), timeout);
    });
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(
          error_of(code, fmt::format("topic {}: cannot look up offsets by time", topic)));
    }
    for (int i = 0; i < list->cnt; ++i) {
      auto& position = from[static_cast<std::size_t>(i)];
      position.offset = list->elems[i].offset;
      if (position.offset >= 0) continue;  // nothing so late: the end
      const auto ends = bounds(topic, position.partition);
      if (!ends) return tl::unexpected(ends.error());
      position.offset = ends->second;
    }
    return from;
  }

  Result<std::pair<std::int64_t, std::int64_t>> bounds(const std::string& topic,
                                                       std::int32_t partition) {
    std::int64_t low = 0, high = 0;
    const auto code = ask_for(kPatience, stop_, [&](int timeout) {
      return rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), partition, &low, &high,
                                              timeout);
    });
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(
          error_of(code, fmt::format("topic {}: cannot look up its ends", topic)));
    }
    return std::pair(low, high);
  }

  Result<void> read_to_end(const std::function<void(Record)>& take,
                           std::chrono::milliseconds patience) {
    auto silence = std::chrono::milliseconds::zero();
    while (!unfinished_.empty()) {
      if (stop_.stop_requested()) {
        return fail(ErrorCode::kUnavailable, doing("read") + " to its end: stopped", true);
      }
      auto record = next(std::min(kLook, patience - silence));
      if (!record) return tl::unexpected(std::move(record.error()));
      silence = *record || reached_end_ ? std::chrono::milliseconds::zero() : silence + kLook;
      if (*record) {
        take(**std::move(record));
      } else if (silence >= patience) {
        return fail(ErrorCode::kUnavailable,
                    fmt::format("{}: nothing came for {} ms", doing("read"), patience.count()),
                    true);
      }
    }
    rd_kafka_assign(client_.get(), nullptr);  // or it would go on fetching
    return {};
  }

  Result<std::optional<Record>> next(std::chrono::milliseconds timeout) {
    reached_end_ = false;
    const MessagePtr message(
        rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
    if (!message) return std::nullopt;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      unfinished_.erase(message->partition);
      reached_end_ = true;
      return std::nullopt;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(message->err, doing("read")));
    }
    return to_record(*message);
  }

 private:
  std::string doing(const char* what) const {
    return fmt::format("topic {}: cannot {}", topic_, what);
  }

  std::unique_ptr<ClientContext> context_ = std::make_unique<ClientContext>();
  std::string topic_;
  std::set<std::int32_t> unfinished_;
  bool reached_end_ = false;
  std::stop_token stop_;
  ClientPtr client_;
};

LogReader::LogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogReader::~LogReader() = default;

Result<std::unique_ptr<LogReader>> LogReader::connect(const ClientOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (auto done = impl->connect(options); !done) return tl::unexpected(std::move(done.error()));
  return std::unique_ptr<LogReader>(new LogReader(std::move(impl)));
}

Result<int> LogReader::partitions(const std::string& topic, std::chrono::milliseconds patience) {
  return impl_->partitions(topic, patience);
}
Result<void> LogReader::start(const std::string& topic, const std::vector<Position>& from) {
  return impl_->start(topic, from);
}
Result<std::vector<Position>> LogReader::since(const std::string& topic, int partitions,
                                               WallTime time) {
  return impl_->since(topic, partitions, time);
}
Result<std::pair<std::int64_t, std::int64_t>> LogReader::bounds(const std::string& topic,
                                                                std::int32_t partition) {
  return impl_->bounds(topic, partition);
}
Result<void> LogReader::read_to_end(const std::function<void(Record)>& take,
                                    std::chrono::milliseconds patience) {
  return impl_->read_to_end(take, patience);
}
Result<std::optional<Record>> LogReader::next(std::chrono::milliseconds timeout) {
  return impl_->next(timeout);
}

}  // namespace staydown::kafka
