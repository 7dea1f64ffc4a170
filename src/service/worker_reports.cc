#include "service/worker_reports.h"

#include <map>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "kafka/log_reader.h"
#include "kafka/topics.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto kEvery = 5s;
constexpr auto kLook = 100ms;  // for what is told at once
constexpr auto kFlush = 1s;
constexpr auto kPatience = 20s;

}  // namespace

Result<std::unique_ptr<WorkerReports>> WorkerReports::start(
    const kafka::ClientOptions& client, std::string topic,
    std::function<event::WorkerReport()> look) {
  auto producer = kafka::Producer::connect(client);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  return std::unique_ptr<WorkerReports>(
      new WorkerReports(*std::move(producer), std::move(topic), std::move(look)));
}

WorkerReports::WorkerReports(std::unique_ptr<kafka::Producer> producer, std::string topic,
                             std::function<event::WorkerReport()> look)
    : producer_(std::move(producer)),
      topic_(std::move(topic)),
      look_(std::move(look)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

WorkerReports::~WorkerReports() {
  thread_.request_stop();
  thread_.join();
  if (instance_.empty()) return;
  (void)producer_->send(
      {.topic = topic_, .message = {.key = instance_, .headers = {}, .value = {}}});
  (void)producer_->flush(kFlush);
}

void WorkerReports::run(const std::stop_token& stop) {
  std::optional<std::pair<std::int64_t, bool>> told;
  Steady::time_point written;
  do {
    auto report = look_();
    const std::pair news(report.references_version, report.ready);
    if (told == news && Steady::now() - written < kEvery) continue;
    if (const auto flushed = producer_->flush(0ms);
        !flushed && flushed.error().code == ErrorCode::kBusy) {
      continue;  // brokers are away, and the last one still waits for them
    }
    instance_ = report.instance;
    told = news;
    written = Steady::now();
    (void)producer_->send({.topic = topic_, .message = to_message(report)});
    (void)producer_->flush(kFlush);
  } while (machine_clock().wait_for(kLook, stop));
}

namespace {

// The topic read to its end, and from then on as it grows.
class ReportLog {
 public:
  static Result<ReportLog> open(const kafka::ClientOptions& client, const std::string& topic) {
    ReportLog log;
    auto topics = kafka::Topics::connect(client);
    if (!topics) return tl::unexpected(std::move(topics.error()));
    const auto partitions = (*topics)->partitions(topic, kPatience);
    if (!partitions) return tl::unexpected(partitions.error());
    auto reader = kafka::LogReader::connect(client);
    if (!reader) return tl::unexpected(std::move(reader.error()));
    log.reader_ = *std::move(reader);
    std::vector<kafka::Position> from;
    for (int partition = 0; partition < *partitions; ++partition) {
      from.push_back({partition, -1, {}});
    }
    auto read = log.reader_->start(topic, from).and_then([&] {
      return log.reader_->read_to_end(
          [&](const kafka::Record& record) {
            from[static_cast<std::size_t>(record.partition)].offset = record.offset + 1;
            log.take(record.message);
          },
          kPatience);
    });
    if (read) read = log.reader_->start(topic, from);
    if (!read) return tl::unexpected(std::move(read.error()));
    return log;
  }

  Result<void> wait(std::chrono::milliseconds patience) {
    auto record = reader_->next(patience);
    if (!record) return tl::unexpected(std::move(record.error()));
    if (*record) take((*record)->message);
    return {};
  }

  const std::map<std::string, event::WorkerReport>& latest() const { return latest_; }

 private:
  void take(const Message& message) {
    if (auto report = event::parse_worker_report(message)) {
      latest_[message.key] = *std::move(report);
    } else {
      latest_.erase(message.key);  // a tombstone, or of another version
    }
  }

  std::unique_ptr<kafka::LogReader> reader_;
  std::map<std::string, event::WorkerReport> latest_;
};

Enforcement enforcement_of(const std::map<std::string, event::WorkerReport>& reports,
                           std::int64_t version) {
  const auto now = wall_clock();
  Enforcement enforcement;
  for (const auto& [instance, report] : reports) {
    if (now - report.at > kReportsLate) continue;
    ++enforcement.workers;
    if (report.references_version < version) enforcement.waiting.push_back(instance);
  }
  return enforcement;
}

}  // namespace

Result<std::vector<event::WorkerReport>> read_reports(const kafka::ClientOptions& client,
                                                      const std::string& topic) {
  const auto log = ReportLog::open(client, topic);
  if (!log) return tl::unexpected(log.error());
  std::vector<event::WorkerReport> reports;
  for (const auto& [instance, report] : log->latest()) reports.push_back(report);
  return reports;
}

Result<Enforcement> await_enforcement(const kafka::ClientOptions& client, const std::string& topic,
                                      std::int64_t version, std::chrono::milliseconds patience) {
  const auto deadline = Steady::now() + patience;
  auto log = ReportLog::open(client, topic);
  if (!log) return tl::unexpected(log.error());
  while (true) {
    auto now = enforcement_of(log->latest(), version);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
    if (now.waiting.empty() || left <= 0ms) return now;
    if (auto waited = log->wait(left); !waited) return tl::unexpected(std::move(waited.error()));
  }
}

}  // namespace staydown::service
