#include "ingest/recorded_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "media/input_source.h"
#include "media/input_url.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 10'000;
constexpr MediaTime kLineKept = 3h;  // MediaMTX cuts hourly unless told otherwise
constexpr MediaTime kSweepEvery = 1min;

bool is_below(const std::filesystem::path& root, const std::filesystem::path& path) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end() && rest != path.end();
}

// The file itself, links resolved.
Result<std::string> resolved(const std::string& path,
                             const std::vector<std::filesystem::path>& roots) {
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  if (error) return fail(ErrorCode::kNotFound, fmt::format("{}: {}", path, error.message()));
  const bool allowed = std::ranges::any_of(roots, [&](const auto& root) {
    std::error_code ignored;
    const auto real_root = std::filesystem::canonical(root, ignored);
    return !real_root.empty() && is_below(real_root, real);
  });
  if (!allowed || !std::filesystem::is_regular_file(real, error) ||
      media::is_playlist(real.string())) {
    return fail(ErrorCode::kDenied,
                fmt::format("{}: not a media file below any --root, links resolved", path));
  }
  return real.string();
}

}  // namespace

RecordedFiles::RecordedFiles(std::vector<std::unique_ptr<SegmentSink>> sinks,
                             RecordedFilesOptions options, Status& status, std::stop_token give_up)
    : options_(std::move(options)),
      sinks_(std::move(sinks)),
      status_(status),
      give_up_(std::move(give_up)) {
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    threads_.emplace_back([this, i] {
      IngestHealth::Part part(status_.health, fmt::format("files {}", i));
      run(*sinks_[i], part);
    });
  }
}

RecordedFiles::~RecordedFiles() { finish(); }

Result<void> RecordedFiles::offer(RecordedFile file) {
  if (file.stream.empty()) return fail(ErrorCode::kInvalidArgument, "the stream has no name");
  auto path = resolved(file.path, options_.roots);
  if (!path) return tl::unexpected(std::move(path.error()));
  file.path = *std::move(path);
  const auto now = options_.clock();
  const std::scoped_lock lock(mutex_);
  if (closed_) return fail(ErrorCode::kUnavailable, "ingest is ending", true);
  if (waiting_ >= kMostWaiting) {
    return fail(ErrorCode::kBusy, fmt::format("{} files are waiting", kMostWaiting), true);
  }
  forget_silent_streams(now);
  auto& stream = streams_[file.stream];
  stream.used = now;
  stream.files.push_back({std::move(file), now});
  if (!stream.in_work && stream.files.size() == 1) turns_.push_back(&stream);
  status_.metrics.set(service::Level::kIngestWaiting, static_cast<double>(++waiting_));
  changed_.notify_one();
  return {};
}

void RecordedFiles::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void RecordedFiles::finish() {
  close();
  threads_.clear();
  const std::scoped_lock lock(mutex_);
  for (auto& [id, stream] : streams_) {
    for (const auto& [file, arrived] : std::exchange(stream.files, {})) {
      status_.ledger.lost(
          file.stream, {ErrorCode::kUnavailable, "ingest ended before its turn", true}, file.path);
    }
  }
  turns_.clear();
  waiting_ = 0;
}

void RecordedFiles::run(SegmentSink& sink, IngestHealth::Part& part) {
  Waiting next;
  while (auto* stream = take(next, part)) {
    // Numbers grow across restarts, so that a worker sees a new epoch and no repeats.
    if (!stream->line) stream->line = Line{next.arrived.time_since_epoch().count(), {}};
    publish(next, *stream->line, sink, part);
    put_back(*stream);
  }
}

RecordedFiles::Stream* RecordedFiles::take(Waiting& next, IngestHealth::Part& part) {
  part.waits();
  std::unique_lock lock(mutex_);
  // While another thread works on a stream with more files, that thread goes on with them.
  if (!changed_.wait(lock, give_up_, [&] { return !turns_.empty() || closed_; }) ||
      give_up_.stop_requested() || turns_.empty()) {
    return nullptr;
  }
  auto* stream = turns_.front();
  turns_.pop_front();
  stream->in_work = true;
  next = std::move(stream->files.front());
  stream->files.pop_front();
  status_.metrics.set(service::Level::kIngestWaiting, static_cast<double>(--waiting_));
  return stream;
}

void RecordedFiles::put_back(Stream& stream) {
  const auto now = options_.clock();
  const std::scoped_lock lock(mutex_);
  stream.in_work = false;
  stream.used = now;
  if (stream.files.empty()) return;
  turns_.push_back(&stream);
  changed_.notify_one();
}

void RecordedFiles::forget_silent_streams(WallTime now) {
  if (now - swept_ < kSweepEvery) return;
  swept_ = now;
  std::erase_if(streams_, [&](const auto& entry) {
    const auto& stream = entry.second;
    return !stream.in_work && stream.files.empty() && now - stream.used > kLineKept;
  });
}

void RecordedFiles::publish(const Waiting& waiting, Line& line, SegmentSink& sink,
                            IngestHealth::Part& part) {
  const auto& [file, arrived] = waiting;
  const auto lose = [&](const Error& error) { status_.ledger.lost(file.stream, error, file.path); };
  part.alive();
  media::InputOptions how;
  how.stream = file.stream;
  how.account = options_.account;
  how.only_file = true;
  auto source = media::open_input(file.path, how, give_up_);
  if (!source) return lose(source.error());
  const MediaTime begin = line.end;
  while (true) {
    part.alive();
    auto next = (*source)->next(give_up_);
    if (give_up_.stop_requested()) {
      return lose({ErrorCode::kUnavailable, "ingest ended in its middle", true});
    }
    if (!next) {
      lose(next.error());
      continue;
    }
    if (!*next) return;
    Segment segment = **std::move(next);
    segment.start += begin;
    segment.sequence = line.sequence++;
    segment.ingested = arrived;
    line.end = std::max(line.end, segment.end());
    part.waits();  // the sink speaks for itself
    if (auto published = sink.publish(std::move(segment), give_up_); !published) {
      lose(published.error());
      if (give_up_.stop_requested()) return;
    }
  }
}

}  // namespace staydown::ingest
