#include "service/worker_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "kafka/group_consumer.h"
#include "kafka/log_reader.h"
#include "service/batch_order.h"
#include "service/fetch_retries.h"
#include "service/load.h"
#include "service/log.h"
#include "service/outbox.h"
#include "service/partitions.h"
#include "service/segment_work.h"
#include "service/streams.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kMaxBatch = CarefulMode::kRecordsInWork;
constexpr std::size_t kMaxBatchBytes = 64U << 20;
constexpr auto kBatchTime = 200ms;
constexpr auto kIdlePoll = 200ms;
constexpr auto kStateReadPatience = 20s;
constexpr auto kFirstBackOff = 500ms, kLongestBackOff = 10'000ms;
constexpr auto kProblemShown = 10s;  // after an error of the group or topic
constexpr auto kDrain = 5s;          // for the brokers to acknowledge once a stop is requested

double elapsed(Steady::time_point since) {
  return std::chrono::duration<double>(Steady::now() - since).count();
}

// What a thread speaks to the cluster with.
struct Clients {
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<kafka::LogReader> reader;
  std::unique_ptr<kafka::GroupConsumer> consumer;
};

// The loop: poll, take over what the group gives, work, settle.
class Loop {
 public:
  Loop(const WorkerSetup& setup, Clients& clients, std::atomic<bool>& brokers_down,
       std::stop_token stop)
      : setup_(setup),
        config_(*setup.config),
        metrics_(*setup.metrics),
        health_(*setup.health),
        outbox_(*clients.outbox),
        reader_(*clients.reader),
        consumer_(*clients.consumer),
        brokers_down_(brokers_down),
        stop_(std::move(stop)),
        partitions_(consumer_, metrics_),
        streams_(config_.worker, *setup.detector, metrics_),
        retries_(config_.worker.retry),
        load_(config_.worker.overload, setup.slot, metrics_),
        work_({.config = &config_,
               .clock = setup.clock,
               .metrics = &metrics_,
               .detector = setup.detector.get(),
               .streams = &streams_,
               .load = &load_,
               .outbox = &outbox_}) {}

  Result<void> run() {
    auto back_off = kFirstBackOff;
    while (!stop_.stop_requested()) {
      health_.alive(setup_.slot);
      auto done = step();
      if (done) {
        back_off = kFirstBackOff;
        continue;
      }
      if (done.error().code == ErrorCode::kInternal) return done;
      tell_problem(done.error());
      // From the last commit on everything is done again.
      drop_all();
      partitions_.rewind();
      machine_clock().wait_for(back_off, stop_);
      back_off = std::min<std::chrono::milliseconds>(2 * back_off, kLongestBackOff);
    }
    health_.not_ready(setup_.slot, "stopping");
    partitions_.commit_clean_end();
    consumer_.close();
    log(LogLevel::kInfo, "worker_stopped", {{"thread", setup_.slot}});
    return {};
  }

 private:
  Result<void> step() {
    if (auto done = read(pending_.empty() ? kIdlePoll : 0ms); !done) return done;
    if (partitions_.to_be_taken_over()) {
      if (auto done = take_over(); !done) return done;
    }
    if (auto done = resume_retries(); !done) return done;
    if (!pending_.empty()) {
      if (auto done = work(); !done) return done;
    } else {
      load_.note(MediaTime::zero(), Steady::now());
    }
    if (auto done = end_idle_streams(); !done) return done;
    show_levels();
    probe_brokers();
    if (partitions_.started() && Steady::now() > problem_until_) health_.ready(setup_.slot);
    return {};
  }

  Result<void> read(std::chrono::milliseconds timeout) {
    std::size_t size = 0;
    for (const auto& item : pending_) size += item.size();
    while (pending_.size() < kMaxBatch && size < kMaxBatchBytes) {
      auto polled = consumer_.poll(std::exchange(timeout, 0ms));
      if (!polled) {
        if (polled.error().code == ErrorCode::kInternal) return tl::unexpected(polled.error());
        tell_problem(polled.error());
        return {};
      }
      if (std::holds_alternative<std::monostate>(*polled)) return {};
      if (auto* assigned = std::get_if<kafka::Assigned>(&*polled)) {
        metrics_.add(Count::kRebalances, "assigned");
        drop_all();
        partitions_.assign(std::move(assigned->partitions));
        return {};
      }
      if (const auto* revoked = std::get_if<kafka::Revoked>(&*polled)) {
        metrics_.add(Count::kRebalances, revoked->lost ? "lost" : "revoked");
        drop_all();
        return partitions_.give_back(revoked->lost);
      }
      auto& record = std::get<kafka::Record>(*polled);
      if (retries_.waiting(record.partition)) continue;  // it comes again
      pending_.push_back(BatchItem::of(std::move(record)));
      size += pending_.back().size();
    }
    return {};
  }

  Result<void> take_over() {
    const auto begin = Steady::now();
    const auto alive = [&] { health_.alive(setup_.slot); };
    if (auto found = partitions_.look_up(alive); !found) return found;
    std::vector<kafka::Position> from;
    for (const auto partition : partitions_.owned()) from.push_back({partition, -1, {}});
    if (!from.empty()) {
      auto read = reader_.start(config_.kafka.topics.state, from).and_then([&] {
        return reader_.read_to_end(
            [&](const kafka::Record& saved) {
              alive();
              streams_.restore(saved, partitions_.end_when_looked_up(saved.partition));
            },
            kStateReadPatience);
      });
      if (!read) return read;
    }
    if (auto started = partitions_.start(); !started) return started;
    if (from.empty()) return {};
    metrics_.add(Count::kStatesLoaded, {}, static_cast<double>(streams_.asleep()));
    metrics_.observe(Duration::kStateLoad, elapsed(begin));
    log(LogLevel::kInfo, "partitions_taken",
        {{"thread", setup_.slot},
         {"partitions", from.size()},
         {"streams", streams_.asleep()},
         {"seconds", elapsed(begin)}});
    return {};
  }

  void drop_all() {
    streams_.drop_all();
    pending_.clear();
    retries_.clear();
  }

  Result<void> work() {
    metrics_.set(Level::kPendingRecords, static_cast<double>(pending_.size()), {}, setup_.slot);
    const bool reordered = put_in_order(pending_);
    const auto begin = Steady::now();
    while (!pending_.empty()) {
      BatchItem item = std::move(pending_.front());
      pending_.pop_front();
      if (retries_.waiting(item.record.partition)) continue;
      const bool careful = partitions_.careful(item.record.partition, item.record.offset);
      auto done = careful ? take_carefully(std::move(item)) : take(std::move(item));
      if (!done) return done;
      health_.alive(setup_.slot);
      if (!reordered && Steady::now() - begin > kBatchTime) break;
    }
    return settle();
  }

  // One record by itself, announced before it is looked at.
  Result<void> take_carefully(BatchItem item) {
    if (auto done = settle(); !done) return done;
    const auto partition = item.record.partition;
    const auto offset = item.record.offset;
    const int attempt = partitions_.next_try(partition, offset);
    if (attempt > CarefulMode::kMostTries) {
      auto sent = outbox_.dead_letter(
          std::move(item.record), "unclean_end",
          fmt::format("it ended the process {} times", CarefulMode::kMostTries));
      if (!sent) return sent;
      partitions_.done(partition, offset);
      return settle();
    }
    if (auto done = partitions_.announce(partition, offset, attempt); !done) return done;
    if (auto done = take(std::move(item)); !done) return done;
    return settle();
  }

  Result<void> take(BatchItem item) {
    const auto partition = item.record.partition;
    const auto offset = item.record.offset;
    const auto now = Steady::now();
    const auto patience =
        retries_.may_wait(partition, offset, now) ? Patience::kSome : Patience::kNone;
    const auto taken = work_.take(std::move(item), patience);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken == Taken::kLater) {
      retries_.wait(partition, offset, now);
      return consumer_.pause(partition);
    }
    retries_.forget(partition);
    partitions_.done(partition, offset);
    return {};
  }

  Result<void> resume_retries() {
    for (const auto& [partition, offset, note] : retries_.take_due(Steady::now())) {
      if (auto resumed = consumer_.resume(partition, offset); !resumed) return resumed;
    }
    return {};
  }

  // What a batch leaves, each acknowledged before the next: events and dead letters, states,
  // offsets.
  Result<void> settle() {
    if (!partitions_.any_done() && !streams_.any_changed()) return {};
    const auto begin = Steady::now();
    const auto waiting = [&] {
      health_.not_ready(setup_.slot, "the brokers do not acknowledge what is written");
      if (!stop_.stop_requested()) return true;
      if (stop_seen_ == Steady::time_point()) stop_seen_ = Steady::now();
      return Steady::now() - stop_seen_ < kDrain;
    };
    if (auto done = outbox_.settle(waiting); !done) return done;
    auto saved = streams_.save_changes(
        [&](const StreamId& id, std::int32_t partition, const StreamRecord* record) {
          return outbox_.save(id, partition, record);
        });
    if (!saved) return saved;
    if (auto done = outbox_.settle(waiting); !done) return done;
    metrics_.observe(Duration::kStage, elapsed(begin), "publish");
    return partitions_.commit();
  }

  Result<void> end_idle_streams() {
    const auto now = Steady::now();
    const auto every = std::min<MediaTime>(config_.worker.idle / 4, 5s);
    if (!partitions_.started() || now - idle_checked_ < every) return {};
    idle_checked_ = now;
    const auto closed =
        streams_.end_idle(setup_.clock(), [&](auto p) { return partitions_.caught_up(p); });
    if (auto sent = work_.publish(closed, false); !sent) return sent;
    return settle();
  }

  void show_levels() {
    const auto show = [&](Level level, auto value, std::string_view label = {}) {
      metrics_.set(level, static_cast<double>(value), label, setup_.slot);
    };
    show(Level::kLag, partitions_.lag());
    show(Level::kPartitions, partitions_.size());
    show(Level::kPendingRecords, pending_.size());
    show(Level::kStreams, streams_.awake(), "awake");
    show(Level::kStreams, streams_.asleep(), "asleep");
  }

  void probe_brokers() {
    const auto now = Steady::now();
    if (!brokers_down_ || now - probed_ < 2s) return;
    probed_ = now;
    if (!consumer_.reachable(1s)) return;
    brokers_down_ = false;
    health_.brokers_up(setup_.slot, true);
  }

  void tell_problem(const Error& error) {
    metrics_.add(Count::kErrors, name_of(error.code));
    problem_until_ = Steady::now() + kProblemShown;
    health_.not_ready(setup_.slot, error.message);
  }

  const WorkerSetup& setup_;
  const Config& config_;
  Metrics& metrics_;
  WorkerHealth& health_;
  Outbox& outbox_;
  kafka::LogReader& reader_;
  kafka::GroupConsumer& consumer_;
  std::atomic<bool>& brokers_down_;
  std::stop_token stop_;

  Partitions partitions_;
  Streams streams_;
  FetchRetries retries_;
  Load load_;
  SegmentWork work_;
  std::deque<BatchItem> pending_;  // read and not yet taken
  Steady::time_point problem_until_{}, idle_checked_{}, probed_{}, stop_seen_{};
};

}  // namespace

WorkerThread::WorkerThread(WorkerSetup setup) : setup_(std::move(setup)) {}

Result<void> WorkerThread::run(const std::stop_token& stop) {
  std::atomic<bool> brokers_down = false;
  auto client = setup_.client;
  client.notice = [&](const kafka::Notice& notice) {
    if (notice.brokers_down) {
      brokers_down = true;
      setup_.health->brokers_up(setup_.slot, false);
    }
    if (notice.severity == kafka::Severity::kInfo) return;
    log(LogLevel::kWarning, "kafka", {{"thread", setup_.slot}, {"message", notice.text}});
  };
  Clients clients;
  auto outbox = Outbox::connect(client, setup_.config->kafka.topics, *setup_.metrics, setup_.clock);
  if (!outbox) return tl::unexpected(std::move(outbox.error()));
  clients.outbox = *std::move(outbox);
  auto reader = kafka::LogReader::connect(client);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  clients.reader = *std::move(reader);
  auto consumer = kafka::GroupConsumer::join(
      client, {setup_.config->kafka.topics.segments, setup_.config->kafka.group, setup_.instance});
  if (!consumer) return tl::unexpected(std::move(consumer.error()));
  clients.consumer = *std::move(consumer);
  return Loop(setup_, clients, brokers_down, stop).run();
}

}  // namespace staydown::service
