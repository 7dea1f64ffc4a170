#include "kafka/group_consumer.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "kafka/asking.h"
#include "kafka/handles.h"

namespace staydown::kafka {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};  // of one question
constexpr std::chrono::milliseconds kLook{200};         // how soon a commit sees a stop

}  // namespace

class GroupConsumer::Impl {
 public:
  Impl(const ClientOptions& options, Membership membership)
      : options_(options), membership_(std::move(membership)) {}
  ~Impl() { close(); }

  Result<void> join() {
    auto conf = make_conf(options_,
                          {{"group.id", membership_.group},
                           {"group.instance.id", membership_.instance},
                           {"client.id", membership_.instance},
                           {"partition.assignment.strategy", "range"},
                           {"session.timeout.ms", "10000"},
                           {"heartbeat.interval.ms", "2000"},
                           {"enable.auto.commit", "false"},
                           {"enable.auto.offset.store", "false"},
                           {"auto.offset.reset", "earliest"},
                           // A few seconds of work at most; the default holds 64 MB a partition.
                           {"queued.max.messages.kbytes", "32768"},
                           {"fetch.wait.max.ms", "100"},
                           {"reconnect.backoff.max.ms", "2000"}},
                          context_);
    if (!conf) return tl::unexpected(std::move(conf.error()));
    context_.owner = this;
    rd_kafka_conf_set_rebalance_cb(conf->get(), &Impl::on_rebalance);
    auto client = make_client(RD_KAFKA_CONSUMER, *std::move(conf));
    if (!client) return tl::unexpected(std::move(client.error()));
    client_ = *std::move(client);
    rd_kafka_poll_set_consumer(client_.get());
    const auto topics = to_list(membership_.topic, {{RD_KAFKA_PARTITION_UA, -1, {}}});
    if (const auto code = rd_kafka_subscribe(client_.get(), topics.get())) {
      return tl::unexpected(error_of(code, doing("subscribe")));
    }
    return {};
  }

  Result<Polled> poll(std::chrono::milliseconds timeout) {
    MessagePtr message(rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
    if (rebalance_) return *std::exchange(rebalance_, std::nullopt);
    if (const auto code = rd_kafka_fatal_error(client_.get(), nullptr, 0)) {
      message.reset();  // which must not outlive its client
      return code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID && lost_ ? join_again() : end();
    }
    if (!message) return Polled{};
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(message->err, doing("read")));
    }
    return to_record(*message);
  }

  Result<std::vector<Position>> committed(const std::vector<std::int32_t>& partitions) {
    std::vector<Position> asked;
    asked.reserve(partitions.size());
    for (const auto partition : partitions) asked.push_back({partition, -1, {}});
    const auto list = to_list(membership_.topic, asked);
    const auto code = ask_for(kPatience, options_.stop, [&](int timeout) {
      return rd_kafka_committed(client_.get(), list.get(), timeout);
    });
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(code, doing("read the committed offsets")));
    }
    for (int i = 0; i < list->cnt; ++i) {
      if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return tl::unexpected(error_of(list->elems[i].err, doing("read the committed offsets")));
      }
    }
    return from_list(*list);
  }

  Result<std::pair<std::int64_t, std::int64_t>> bounds(std::int32_t partition) {
    std::int64_t low = 0, high = 0;
    const auto code = ask_for(kPatience, options_.stop, [&](int timeout) {
      return rd_kafka_query_watermark_offsets(client_.get(), membership_.topic.c_str(), partition,
                                              &low, &high, timeout);
    });
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(code, doing("look up the ends of a partition")));
    }
    return std::pair(low, high);
  }

  Result<void> start(const std::vector<Position>& positions) {
    const auto list = to_list(membership_.topic, positions);
    // An offset that is not known is where auto.offset.reset says.
    const auto code = rd_kafka_assign(client_.get(), list.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return tl::unexpected(error_of(code, doing("start reading")));
    }
    return unpause(*list);  // what was paused before stays so otherwise
  }

  Result<void> release() {
    if (const auto code = rd_kafka_assign(client_.get(), nullptr)) {
      return tl::unexpected(error_of(code, doing("release the partitions")));
    }
    return {};
  }

  Result<void> commit(const std::vector<Position>& positions) {
    const auto list = to_list(membership_.topic, positions);
    switch (const auto code = await_commit(*list)) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        return {};
      case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
      case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
      case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST: {
        auto error = error_of(code, doing("commit"));
        error.code = ErrorCode::kBusy;
        return tl::unexpected(std::move(error));
      }
      default:
        return tl::unexpected(error_of(code, doing("commit")));
    }
  }

  Result<void> pause(std::int32_t partition) {
    const auto list = to_list(membership_.topic, {{partition, -1, {}}});
    if (const auto code = rd_kafka_pause_partitions(client_.get(), list.get())) {
      return tl::unexpected(error_of(code, doing("pause")));
    }
    return {};
  }

  Result<void> resume(std::int32_t partition, std::int64_t offset) {
    const auto list = to_list(membership_.topic, {{partition, offset, {}}});
    const auto patience = static_cast<int>(kSlice.count());
    if (const ErrorPtr error{rd_kafka_seek_partitions(client_.get(), list.get(), patience)}) {
      return tl::unexpected(error_of(*error, doing("go back")));
    }
    return unpause(*list);
  }

  std::int64_t end_of(std::int32_t partition) const {
    std::int64_t low = -1, high = -1;
    rd_kafka_get_watermark_offsets(client_.get(), membership_.topic.c_str(), partition, &low,
                                   &high);
    return high < 0 ? -1 : high;
  }

  bool reachable(std::chrono::milliseconds timeout) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code =
        rd_kafka_metadata(client_.get(), 0, nullptr, &metadata, static_cast<int>(timeout.count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  void close() {
    if (!client_) return;
    closing_ = true;
    rd_kafka_consumer_close(client_.get());
    client_.reset();
  }

 private:
  Result<void> unpause(rd_kafka_topic_partition_list_t& partitions) {
    if (const auto code = rd_kafka_resume_partitions(client_.get(), &partitions)) {
      return tl::unexpected(error_of(code, doing("resume")));
    }
    return {};
  }

  // Kept for `poll` to give; the group waits for the assign or unassign that follows.
  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t* list, void* opaque) {
    auto& self = *static_cast<Impl*>(static_cast<ClientContext*>(opaque)->owner);
    if (self.closing_) {
      rd_kafka_assign(client, nullptr);
      return;
    }
    std::vector<std::int32_t> partitions;
    for (const auto& position : from_list(*list)) partitions.push_back(position.partition);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      self.rebalance_ = Assigned{std::move(partitions)};
      self.lost_ = false;
    } else {
      self.lost_ = rd_kafka_assignment_lost(client) != 0;
      self.rebalance_ = Revoked{std::move(partitions), self.lost_};
    }
  }

  Result<Polled> end() const {
    std::array<char, 512> reason{};
    const auto code = rd_kafka_fatal_error(client_.get(), reason.data(), reason.size());
    return fail(ErrorCode::kInternal,
                fmt::format("{}: {} ({})", doing("read"), reason.data(), rd_kafka_err2name(code)));
  }

  // librdkafka 2.0.2 forgets its member id when its session times out. A heartbeat that it sends
  // before it has joined anew is answered as if somebody else had taken the name, and the client
  // is dead for good. If somebody else has, joining anew ends him, and he us at most once more.
  Result<Polled> join_again() {
    close();
    closing_ = lost_ = false;
    if (const auto joined = join(); !joined) {  // no client is left that could be asked again
      return fail(ErrorCode::kInternal, joined.error().message);
    }
    return Polled{};
  }

  // A queue for each, so that nobody takes a late answer for that of another commit.
  rd_kafka_resp_err_t await_commit(const rd_kafka_topic_partition_list_t& positions) {
    const QueuePtr queue(rd_kafka_queue_new(client_.get()));
    const auto asked =
        rd_kafka_commit_queue(client_.get(), &positions, queue.get(), nullptr, nullptr);
    if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return asked;
    EventPtr event;
    auto left = kPatience;
    for (bool stopping = false; !event && left > std::chrono::milliseconds::zero(); left -= kLook) {
      event.reset(rd_kafka_queue_poll(queue.get(), static_cast<int>(kLook.count())));
      if (!std::exchange(stopping, options_.stop.stop_requested()) && stopping) left = kSlice;
    }
    if (!event) return RD_KAFKA_RESP_ERR__TIMED_OUT;
    auto code = rd_kafka_event_error(event.get());
    const auto* list = rd_kafka_event_topic_partition_list(event.get());
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && list != nullptr && i < list->cnt; ++i) {
      code = list->elems[i].err;
    }
    return code;
  }

  std::string doing(const char* what) const {
    return fmt::format("topic {}, group {}: cannot {}", membership_.topic, membership_.group, what);
  }

  const ClientOptions options_;
  const Membership membership_;
  ClientContext context_;  // outlives the client
  std::optional<Polled> rebalance_;
  bool closing_ = false;
  bool lost_ = false;  // the partitions, and no others were assigned since
  ClientPtr client_;
};

GroupConsumer::GroupConsumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupConsumer::~GroupConsumer() = default;

Result<std::unique_ptr<GroupConsumer>> GroupConsumer::join(const ClientOptions& options,
                                                           Membership membership) {
  auto impl = std::make_unique<Impl>(options, std::move(membership));
  if (auto joined = impl->join(); !joined) return tl::unexpected(std::move(joined.error()));
  return std::unique_ptr<GroupConsumer>(new GroupConsumer(std::move(impl)));
}

Result<Polled> GroupConsumer::poll(std::chrono::milliseconds timeout) {
  return impl_->poll(timeout);
}
Result<std::vector<Position>> GroupConsumer::committed(
    const std::vector<std::int32_t>& partitions) {
  return impl_->committed(partitions);
}
Result<std::pair<std::int64_t, std::int64_t>> GroupConsumer::bounds(std::int32_t partition) {
  return impl_->bounds(partition);
}
Result<void> GroupConsumer::start(const std::vector<Position>& positions) {
  return impl_->start(positions);
}
Result<void> GroupConsumer::release() { return impl_->release(); }
Result<void> GroupConsumer::commit(const std::vector<Position>& positions) {
  return impl_->commit(positions);
}
Result<void> GroupConsumer::pause(std::int32_t partition) { return impl_->pause(partition); }
Result<void> GroupConsumer::resume(std::int32_t partition, std::int64_t offset) {
  return impl_->resume(partition, offset);
}
std::int64_t GroupConsumer::end_of(std::int32_t partition) const {
  return impl_->end_of(partition);
}
bool GroupConsumer::reachable(std::chrono::milliseconds timeout) {
  return impl_->reachable(timeout);
}
void GroupConsumer::close() { impl_->close(); }

}  // namespace staydown::kafka
