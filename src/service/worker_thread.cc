#include "service/worker_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "event/segment_message.h"
#include "kafka/group_consumer.h"
#include "kafka/log_reader.h"
#include "service/batch_order.h"
#include "service/careful_mode.h"
#include "service/log.h"
#include "service/outbox.h"
#include "service/overload.h"
#include "service/segment_bytes.h"
#include "service/stream_shelf.h"

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
constexpr auto kProblemShown = 10s;      // after an error of the group or topic
constexpr auto kDrain = 5s;              // for the brokers to acknowledge once a stop is requested
constexpr MediaTime kUsualSegment = 2s;  // where ingest does not say how long one is
constexpr MediaTime kSuspicion = 60s;    // after a hit

double elapsed(Steady::time_point since) {
  return std::chrono::duration<double>(Steady::now() - since).count();
}

}  // namespace

class WorkerThread::Impl {
 public:
  explicit Impl(WorkerSetup setup)
      : setup_(std::move(setup)),
        config_(*setup_.config),
        metrics_(*setup_.metrics),
        health_(*setup_.health),
        detector_(*setup_.detector),
        bytes_(config_.fetch, metrics_),
        overload_(config_.worker.overload) {}

  Result<void> run(const std::stop_token& stop) {
    stop_ = stop;
    if (auto connected = connect(); !connected) return connected;
    auto back_off = kFirstBackOff;
    while (!stop.stop_requested()) {
      health_.alive(setup_.slot);
      auto done = step();
      if (done) {
        back_off = kFirstBackOff;
        continue;
      }
      if (done.error().code == ErrorCode::kInternal) return done;
      tell_problem(done.error());
      rewind();
      wait(back_off);
      back_off = std::min<std::chrono::milliseconds>(2 * back_off, kLongestBackOff);
    }
    return shut_down();
  }

 private:
  // A partition that waits for a reference that cannot be fetched yet.
  struct Retry {
    std::int64_t offset = 0;
    Steady::time_point since, next;
    std::chrono::milliseconds delay = kFirstBackOff;
    bool paused = false;
  };

  Result<void> connect() {
    auto client = setup_.client;
    client.notice = [this](const kafka::Notice& notice) {
      if (notice.brokers_down) {
        brokers_down_ = true;
        health_.brokers_up(setup_.slot, false);
      }
      if (notice.severity == kafka::Severity::kInfo) return;
      log(LogLevel::kWarning, "kafka", {{"thread", setup_.slot}, {"message", notice.text}});
    };
    auto outbox = Outbox::connect(client, config_.kafka.topics, metrics_, setup_.clock);
    if (!outbox) return tl::unexpected(std::move(outbox.error()));
    outbox_ = *std::move(outbox);
    auto reader = kafka::LogReader::connect(client);
    if (!reader) return tl::unexpected(std::move(reader.error()));
    reader_ = *std::move(reader);
    auto consumer = kafka::GroupConsumer::join(
        client, {config_.kafka.topics.segments, config_.kafka.group, setup_.instance});
    if (!consumer) return tl::unexpected(std::move(consumer.error()));
    consumer_ = *std::move(consumer);
    return {};
  }

  Result<void> step() {
    if (auto done = read(pending_.empty() ? kIdlePoll : 0ms); !done) return done;
    if (assigned_ && !started_) {
      if (auto done = take_over(); !done) return done;
    }
    if (auto done = resume_retries(); !done) return done;
    if (!pending_.empty()) {
      if (auto done = work(); !done) return done;
    } else {
      look_at_load(MediaTime::zero());
    }
    if (auto done = end_idle_streams(); !done) return done;
    show_levels();
    probe_brokers();
    if (assigned_ && started_ && Steady::now() > problem_until_) health_.ready(setup_.slot);
    return {};
  }

  Result<void> read(std::chrono::milliseconds timeout) {
    std::size_t size = 0;
    for (const auto& item : pending_) size += item.size();
    while (pending_.size() < kMaxBatch && size < kMaxBatchBytes) {
      auto polled = consumer_->poll(std::exchange(timeout, 0ms));
      if (!polled) {
        if (polled.error().code == ErrorCode::kInternal) return tl::unexpected(polled.error());
        tell_problem(polled.error());
        return {};
      }
      if (std::holds_alternative<std::monostate>(*polled)) return {};
      if (const auto* assigned = std::get_if<kafka::Assigned>(&*polled)) {
        metrics_.add(Count::kRebalances, "assigned");
        drop_streams();
        assigned_ = assigned->partitions;
        started_ = false;
        return {};
      }
      if (const auto* revoked = std::get_if<kafka::Revoked>(&*polled)) {
        return give_back(revoked->lost);
      }
      auto& record = std::get<kafka::Record>(*polled);
      if (const auto retry = retries_.find(record.partition);
          retry != retries_.end() && retry->second.paused) {
        continue;  // it comes again
      }
      pending_.push_back(BatchItem::of(std::move(record)));
      size += pending_.back().size();
    }
    return {};
  }

  // Partitions
  // -------------------------------------------------------------------------------------

  Result<void> take_over() {
    const auto begin = Steady::now();
    careful_.clear();
    ends_.clear();
    reached_.clear();
    if (assigned_->empty()) {  // more threads than partitions: this one stands by
      started_ = true;
      return consumer_->start({});
    }
    auto positions = consumer_->committed(*assigned_);
    if (!positions) return tl::unexpected(std::move(positions.error()));
    std::vector<kafka::Position> announced;
    for (auto& position : *positions) {
      const auto bounds = consumer_->bounds(position.partition);
      if (!bounds) return tl::unexpected(bounds.error());
      const auto [low, high] = *bounds;
      ends_[position.partition] = high;
      if (careful_.take_over(position)) metrics_.add(Count::kUncleanEnds);
      if (position.offset < low || position.offset > high) position.offset = low;
      if (position.note == kCleanNote) {
        announced.push_back({position.partition, position.offset, kRunningNote});
      }
    }
    if (auto loaded = load_states(); !loaded) return loaded;
    if (auto started = consumer_->start(*positions); !started) return started;
    for (const auto& position : *positions) reached_[position.partition] = position.offset;
    if (!announced.empty()) {
      if (auto done = commit(announced); !done) return done;
    }
    started_ = true;
    metrics_.observe(Duration::kStateLoad, elapsed(begin));
    log(LogLevel::kInfo, "partitions_taken",
        {{"thread", setup_.slot},
         {"partitions", assigned_->size()},
         {"streams", shelf_.asleep()},
         {"seconds", elapsed(begin)}});
    return {};
  }

  // The state with the largest offset counts: a late write of an owner that is gone may come after
  // that of its successor.
  Result<void> load_states() {
    std::vector<kafka::Position> from;
    for (const auto partition : *assigned_) from.push_back({partition, -1, {}});
    if (auto started = reader_->start(config_.kafka.topics.state, from); !started) return started;
    auto read = reader_->read_to_end(
        [&](kafka::Record record) {
          health_.alive(setup_.slot);
          load_state(std::move(record));
        },
        kStateReadPatience);
    if (read) metrics_.add(Count::kStatesLoaded, {}, static_cast<double>(shelf_.asleep()));
    return read;
  }

  void load_state(kafka::Record record) {
    const StreamId stream(record.message.key);
    if (!record.message.value) return shelf_.drop(stream);
    auto decoded = decode_stream_record(*record.message.value);
    if (!decoded) {
      metrics_.add(Count::kErrors, name_of(decoded.error().code));
      log(LogLevel::kWarning, "state_unusable",
          {{"stream", stream.value}, {"message", decoded.error().message}});
      return;
    }
    // Beyond the end: the segment topic is not the one that this state is about.
    if (decoded->offset >= ends_[record.partition]) return;
    const auto* known = shelf_.find(stream);
    if (known != nullptr && known->record.offset > decoded->offset) return;
    ShelvedStream shelved;
    shelved.partition = record.partition;
    shelved.record = *std::move(decoded);
    shelf_.put(stream, std::move(shelved));
  }

  Result<void> give_back(bool lost) {
    metrics_.add(Count::kRebalances, lost ? "lost" : "revoked");
    // Between two batches everything is committed; what is left is to say that this is a clean end.
    if (!lost && started_) commit_clean_end();
    drop_streams();
    assigned_.reset();
    started_ = false;
    reached_.clear();
    return consumer_->release();
  }

  void commit_clean_end() {
    std::vector<kafka::Position> positions;
    for (const auto& [partition, offset] : reached_) {
      positions.push_back({partition, offset, kCleanNote});
    }
    if (!positions.empty()) (void)commit(positions);  // if it is refused, the next owner is careful
  }

  void drop_streams() {
    shelf_.for_each([&](const StreamId& stream, ShelvedStream&) { detector_.forget(stream); });
    shelf_.clear();
    changed_.clear();
    forgotten_.clear();
    touched_.clear();
    pending_.clear();
    retries_.clear();
  }

  // After an error in the middle of a batch: everything from the last commit on is done again.
  void rewind() {
    drop_streams();
    started_ = false;
  }

  Result<void> commit(const std::vector<kafka::Position>& positions) {
    const auto begin = Steady::now();
    auto done = consumer_->commit(positions);
    metrics_.observe(Duration::kStage, elapsed(begin), "commit");
    const bool refused = !done && done.error().code == ErrorCode::kBusy;
    metrics_.add(Count::kCommits, done ? "done" : refused ? "refused" : "failed");
    if (refused) return {};  // the partitions are on their way to somebody else
    return done;
  }

  // Work
  // -------------------------------------------------------------------------------------------

  Result<void> work() {
    metrics_.set(Level::kPendingRecords, static_cast<double>(pending_.size()), {}, setup_.slot);
    const bool reordered = put_in_order(pending_);
    const auto begin = Steady::now();
    while (!pending_.empty()) {
      BatchItem item = std::move(pending_.front());
      pending_.pop_front();
      const auto retry = retries_.find(item.record.partition);
      if (retry != retries_.end() && retry->second.paused) continue;
      const bool careful = careful_.applies_to(item.record.partition, item.record.offset);
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
    const int attempt = careful_.next_try(partition, offset);
    if (attempt > CarefulMode::kMostTries) {
      auto sent = outbox_->dead_letter(
          std::move(item.record), "unclean_end",
          fmt::format("it ended the process {} times", CarefulMode::kMostTries));
      if (!sent) return sent;
      touch(partition, offset);
      return settle();
    }
    if (auto done = commit({{partition, offset, CarefulMode::note_of(attempt)}}); !done)
      return done;
    if (auto done = take(std::move(item)); !done) return done;
    return settle();
  }

  void touch(std::int32_t partition, std::int64_t offset) {
    touched_.insert(partition);
    auto& reached = reached_[partition];
    reached = std::max(reached, offset + 1);
  }

  Result<void> take(BatchItem item) {
    kafka::Record& record = item.record;
    if (!item.parsed) return refuse(std::move(record), item.parsed.error());
    event::SegmentMessage& message = *item.parsed;
    Segment& segment = message.segment;
    if (message.replay) {
      segment.stream.value += kLateSuffix;
      message.has_sequence = false;
    }
    if (!message.has_sequence) segment.sequence = record.offset;

    auto* known = shelf_.find(segment.stream);
    if (known != nullptr && record.offset <= known->record.offset) {
      metrics_.add(Count::kSegments, "contained");
      touch(record.partition, record.offset);
      return {};
    }
    SequenceWindow window = known == nullptr ? SequenceWindow() : known->record.sequence;
    const auto step = message.has_sequence ? window.take(segment.sequence) : SequenceWindow::Step{};
    const bool wanted = step.arrival != Arrival::kDuplicate;
    const bool sent_inside = message.data_ref.empty();
    if (wanted && (!sent_inside || !message.init_ref.empty())) {
      const auto begin = Steady::now();
      auto filled = bytes_.fill_in(message);
      metrics_.observe(Duration::kStage, elapsed(begin), "fetch");
      if (!filled && filled.error().retriable && retry_later(record)) return {};
      if (!filled) return refuse(std::move(record), filled.error());
    }
    retries_.erase(record.partition);
    if (sent_inside) segment.bytes = *std::exchange(record.message.value, std::nullopt);

    look_at_load(setup_.clock() - segment.ingested);
    auto stream = wake(segment.stream, record, segment.ingested);
    if (!stream) return tl::unexpected(std::move(stream.error()));
    (*stream)->record.sequence = window;
    metrics_.add(Count::kArrivals, name_of(step.arrival));
    if (step.missing > 0) {
      metrics_.add(Count::kMissingSegments, {}, static_cast<double>(step.missing));
    }
    touch(record.partition, record.offset);
    if (!wanted) {
      metrics_.add(Count::kSegments, "duplicate");
      return {};
    }
    if (step.arrival == Arrival::kLate) {
      segment.stream.value += kLateSuffix;
      stream = wake(segment.stream, record, segment.ingested);
      if (!stream) return tl::unexpected(std::move(stream.error()));
    }
    auto done = detect(segment, **stream);
    if (done) return keep_within_cap();
    if (done.error().code == ErrorCode::kInternal) return done;
    if (sent_inside) record.message.value = std::move(segment.bytes);
    return refuse(std::move(record), done.error());
  }

  // The stream as a detector has it, with this record as the last that it contains.
  Result<ShelvedStream*> wake(const StreamId& id, const kafka::Record& record, WallTime ingested) {
    auto& stream = shelf_.use(id, record.partition);
    if (!stream.awake && !stream.record.detector.empty()) {
      if (auto restored = detector_.restore(id, stream.record.detector); !restored) {
        metrics_.add(Count::kErrors, name_of(restored.error().code));
        log(LogLevel::kWarning, "state_unusable",
            {{"stream", id.value}, {"message", restored.error().message}});
      }
      stream.record.detector.clear();
    }
    stream.awake = true;
    const bool was_idle = !stream.record.ended && stream.record.offset >= 0 &&
                          ingested - stream.record.fed > config_.worker.idle;
    if (was_idle) {
      if (auto closed = close_cases(id); !closed) return tl::unexpected(std::move(closed.error()));
    }
    stream.record.offset = record.offset;
    stream.record.fed = std::max(stream.record.fed, ingested);
    stream.record.ended = false;
    change(id, stream);
    return &stream;
  }

  void change(const StreamId& id, ShelvedStream& stream) {
    if (!std::exchange(stream.changed, true)) changed_.push_back(id);
  }

  // kInternal: the cluster does not take an event; others are the segment's.
  Result<void> detect(const Segment& segment, ShelvedStream& stream) {
    const Effort effort = effort_for(segment, stream);
    auto detection = detector_.detect(segment, effort);
    const auto age = setup_.clock() - segment.ingested;
    if (age < MediaTime::zero()) metrics_.add(Count::kNegativeLatencies);
    metrics_.observe(Duration::kSegmentAge, seconds(std::max(age, MediaTime::zero())));
    if (!detection) return tl::unexpected(std::move(detection.error()));
    if (effort != Effort::kSkip) stream.sampled = segment.start;
    if (detection->hits > 0) stream.suspected = segment.end();
    count(*detection, effort);
    return publish(detection->events, true);
  }

  void count(const Detection& detection, Effort effort) {
    metrics_.add(Count::kSegments, effort == Effort::kFull       ? "detected"
                                   : effort == Effort::kOneFrame ? "thinned"
                                                                 : "skipped");
    metrics_.add(Count::kSampledFrames, {}, static_cast<double>(detection.frames.size()));
    metrics_.add(Count::kHits, {}, static_cast<double>(detection.hits));
    metrics_.add(Count::kMatches, {}, static_cast<double>(detection.matches.size()));
    for (const auto warning : detection.warnings) {
      metrics_.add(Count::kMediaWarnings, media::name_of(warning));
    }
    for (const auto& [stage, time] : detection.stages) {
      metrics_.observe(Duration::kStage, seconds(time), stage);
    }
  }

  Effort effort_for(const Segment& segment, const ShelvedStream& stream) const {
    int step = overload_.step();
    if (step == 0 || detector_.score(segment.stream) > 0) return Effort::kFull;
    if (stream.suspected && segment.start - *stream.suspected < kSuspicion) --step;
    if (step == 0) return Effort::kFull;
    const auto spacing = Overload::spacing(step);
    const auto end = segment.start + std::max(segment.duration, kUsualSegment);
    const bool soon =
        stream.sampled && segment.start >= *stream.sampled && end - *stream.sampled <= spacing;
    return soon ? Effort::kSkip : Effort::kOneFrame;
  }

  Result<void> publish(const std::vector<event::TakedownEvent>& events, bool timed) {
    for (const auto& event : events) {
      if (auto sent = outbox_->publish(event, timed); !sent) {
        return fail(ErrorCode::kInternal, sent.error().message);
      }
    }
    return {};
  }

  Result<void> refuse(kafka::Record record, const Error& error) {
    touch(record.partition, record.offset);
    retries_.erase(record.partition);
    return outbox_->dead_letter(std::move(record), std::string(name_of(error.code)), error.message);
  }

  // False: it has been tried for long enough.
  bool retry_later(const kafka::Record& record) {
    const auto now = Steady::now();
    auto& retry = retries_[record.partition];
    if (retry.since == Steady::time_point() || retry.offset != record.offset) {
      retry = {.offset = record.offset, .since = now, .next = {}, .delay = kFirstBackOff};
    }
    if (now - retry.since >= config_.worker.retry) return false;
    retry.next = now + retry.delay;
    retry.delay *= 2;
    retry.paused = consumer_->pause(record.partition).has_value();
    return retry.paused;
  }

  Result<void> resume_retries() {
    for (auto& [partition, retry] : retries_) {
      if (!retry.paused || Steady::now() < retry.next) continue;
      if (auto resumed = consumer_->resume(partition, retry.offset); !resumed) return resumed;
      retry.paused = false;
    }
    return {};
  }

  // What a batch leaves, each acknowledged before the next: events and dead letters, states,
  // offsets.
  Result<void> settle() {
    if (touched_.empty() && changed_.empty() && forgotten_.empty()) return {};
    const auto begin = Steady::now();
    const auto waiting = [&] {
      health_.not_ready(setup_.slot, "the brokers do not acknowledge what is written");
      if (!stop_.stop_requested()) return true;
      if (stop_seen_ == Steady::time_point()) stop_seen_ = Steady::now();
      return Steady::now() - stop_seen_ < kDrain;
    };
    if (auto done = outbox_->settle(waiting); !done) return done;
    for (const auto& id : changed_) {
      auto* stream = shelf_.find(id);
      if (stream == nullptr) continue;
      stream->changed = false;
      StreamRecord record = stream->record;
      if (stream->awake) record.detector = detector_.save(id);
      if (auto sent = outbox_->save(id, stream->partition, &record); !sent) return sent;
    }
    for (const auto& [id, partition] : forgotten_) {
      if (auto sent = outbox_->save(id, partition, nullptr); !sent) return sent;
    }
    if (auto done = outbox_->settle(waiting); !done) return done;
    metrics_.observe(Duration::kStage, elapsed(begin), "publish");
    changed_.clear();
    forgotten_.clear();

    std::vector<kafka::Position> positions;
    for (const auto partition : touched_) {
      positions.push_back({partition, reached_[partition], kRunningNote});
    }
    touched_.clear();
    return positions.empty() ? Result<void>() : commit(positions);
  }

  // Streams
  // ----------------------------------------------------------------------------------------

  Result<void> keep_within_cap() {
    while (const auto id = shelf_.least_used_beyond(config_.worker.max_streams)) {
      shelf_.put_to_sleep(*id, detector_.save(*id));
      detector_.forget(*id);
      metrics_.add(Count::kStreamsLetGo, "cap");
    }
    return {};
  }

  Result<void> close_cases(const StreamId& id) {
    return publish(detector_.finish(id).events, false);
  }

  // Idle time is counted on the segments' clock: where a partition is behind, from its latest one.
  Result<void> end_idle_streams() {
    const auto now = Steady::now();
    const auto every = std::min<MediaTime>(config_.worker.idle / 4, 5s);
    if (!started_ || now - idle_checked_ < every) return {};
    idle_checked_ = now;
    const auto wall = setup_.clock();
    const auto caught_up = [&](std::int32_t partition) {
      return std::max(ends_[partition], consumer_->end_of(partition)) <= reached_[partition];
    };
    const auto ended = shelf_.where([&](const ShelvedStream& stream) {
      return !stream.record.ended && wall - stream.record.fed > config_.worker.idle &&
             caught_up(stream.partition);
    });
    for (const auto& id : ended) {
      auto& stream = shelf_.use(id, shelf_.find(id)->partition);
      if (!stream.awake) (void)detector_.restore(id, stream.record.detector);
      stream.awake = true;
      if (auto closed = close_cases(id); !closed) return closed;
      stream.record.ended = true;
      change(id, stream);
      shelf_.put_to_sleep(id, detector_.save(id));
      detector_.forget(id);
      metrics_.add(Count::kStreamsLetGo, "idle");
    }
    const auto forgotten = shelf_.where([&](const ShelvedStream& stream) {
      return stream.record.ended && !stream.changed &&
             wall - stream.record.fed > config_.worker.idle + config_.worker.forget;
    });
    for (const auto& id : forgotten) {
      forgotten_.emplace_back(id, shelf_.find(id)->partition);
      shelf_.drop(id);
      metrics_.add(Count::kStreamsLetGo, "forgotten");
    }
    return settle();
  }

  // Health
  // -----------------------------------------------------------------------------------------

  void look_at_load(MediaTime age) {
    const int before = overload_.step();
    metrics_.set(Level::kOldestAge, seconds(std::max(age, MediaTime::zero())), {}, setup_.slot);
    if (!overload_.update(age, Steady::now())) return;
    const int now = overload_.step();
    metrics_.set(Level::kOverload, now, {}, setup_.slot);
    metrics_.add(Count::kOverloadSteps, now > before ? "up" : "down");
    log(now > before ? LogLevel::kWarning : LogLevel::kInfo, "overload_step",
        {{"thread", setup_.slot}, {"step", now}, {"segment_age_seconds", seconds(age)}});
  }

  void show_levels() {
    double lag = 0;
    for (const auto& [partition, reached] : reached_) {
      const auto end = std::max(ends_[partition], consumer_->end_of(partition));
      lag += static_cast<double>(std::max<std::int64_t>(0, end - reached));
    }
    metrics_.set(Level::kLag, lag, {}, setup_.slot);
    metrics_.set(Level::kPartitions, static_cast<double>(reached_.size()), {}, setup_.slot);
    metrics_.set(Level::kPendingRecords, static_cast<double>(pending_.size()), {}, setup_.slot);
    metrics_.set(Level::kStreams, static_cast<double>(shelf_.awake()), "awake", setup_.slot);
    metrics_.set(Level::kStreams, static_cast<double>(shelf_.asleep()), "asleep", setup_.slot);
  }

  void probe_brokers() {
    const auto now = Steady::now();
    if (!brokers_down_ || now - probed_ < 2s) return;
    probed_ = now;
    if (!consumer_->reachable(1s)) return;
    brokers_down_ = false;
    health_.brokers_up(setup_.slot, true);
  }

  void tell_problem(const Error& error) {
    metrics_.add(Count::kErrors, name_of(error.code));
    problem_until_ = Steady::now() + kProblemShown;
    health_.not_ready(setup_.slot, error.message);
  }

  void wait(std::chrono::milliseconds time) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any woken;
    woken.wait_for(lock, stop_, time, [] { return false; });
  }

  Result<void> shut_down() {
    health_.not_ready(setup_.slot, "stopping");
    if (started_) commit_clean_end();
    consumer_->close();
    log(LogLevel::kInfo, "worker_stopped", {{"thread", setup_.slot}});
    return {};
  }

  WorkerSetup setup_;
  const Config& config_;
  Metrics& metrics_;
  WorkerHealth& health_;
  Detector& detector_;
  std::stop_token stop_;
  std::atomic<bool> brokers_down_ = false;

  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<kafka::LogReader> reader_;
  std::unique_ptr<kafka::GroupConsumer> consumer_;
  SegmentBytes bytes_;

  std::optional<std::vector<std::int32_t>> assigned_;  // none: the group has not said yet
  bool started_ = false;                               // their states are loaded, records may come
  std::map<std::int32_t, std::int64_t> reached_;       // next offset of each partition
  std::map<std::int32_t, std::int64_t> ends_;          // when it was taken over
  std::map<std::int32_t, Retry> retries_;
  CarefulMode careful_;
  StreamShelf shelf_;
  Overload overload_;

  std::deque<BatchItem> pending_;  // read and not yet taken
  std::vector<StreamId> changed_;  // since the last settling
  std::vector<std::pair<StreamId, std::int32_t>> forgotten_;
  std::set<std::int32_t> touched_;
  Steady::time_point problem_until_{}, idle_checked_{}, probed_{}, stop_seen_{};
};

WorkerThread::WorkerThread(WorkerSetup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
WorkerThread::~WorkerThread() = default;

Result<void> WorkerThread::run(const std::stop_token& stop) { return impl_->run(stop); }

}  // namespace staydown::service
