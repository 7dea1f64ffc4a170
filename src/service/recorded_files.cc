#include "service/recorded_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "media/input_source.h"
#include "service/log.h"

namespace staydown::service {
namespace {

constexpr std::size_t kMostWaiting = 10'000;
constexpr MediaTime kLineKept = std::chrono::hours(1);

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
  // A playlist would have other files opened.
  if (!allowed || !std::filesystem::is_regular_file(real, error) || real.extension() == ".m3u8") {
    return fail(ErrorCode::kDenied,
                fmt::format("{}: not a media file below any --root, links resolved", path));
  }
  return real.string();
}

}  // namespace

RecordedFiles::RecordedFiles(std::unique_ptr<SegmentPublisher> publisher,
                             RecordedFilesOptions options)
    : options_(std::move(options)),
      publisher_(std::move(publisher)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

RecordedFiles::~RecordedFiles() = default;  // the thread ends first

Result<void> RecordedFiles::offer(RecordedFile file) {
  if (file.stream.empty()) return fail(ErrorCode::kInvalidArgument, "the stream has no name");
  auto path = resolved(file.path, options_.roots);
  if (!path) return tl::unexpected(std::move(path.error()));
  file.path = *std::move(path);
  const std::scoped_lock lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    return fail(ErrorCode::kBusy, fmt::format("{} files are waiting", kMostWaiting), true);
  }
  waiting_.push_back({std::move(file), options_.clock()});
  came_.notify_one();
  return {};
}

RecordedFiles::Totals RecordedFiles::totals() const {
  const std::scoped_lock lock(mutex_);
  return totals_;
}

void RecordedFiles::run(const std::stop_token& stop) {
  while (true) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      if (!came_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
      if (stop.stop_requested()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    publish(next, stop);
  }
}

RecordedFiles::Line& RecordedFiles::line_of(const StreamId& stream, WallTime now) {
  std::erase_if(lines_, [&](const auto& line) { return now - line.second.used > kLineKept; });
  // Numbers grow across restarts, so that a worker sees a new epoch and no repeats.
  auto& line =
      lines_.try_emplace(stream, Line{now.time_since_epoch().count(), {}, {}}).first->second;
  line.used = now;
  return line;
}

void RecordedFiles::publish(const Waiting& waiting, const std::stop_token& stop) {
  const auto& [file, arrived] = waiting;
  media::InputOptions how;
  how.stream = file.stream;
  how.account = options_.account;
  auto source = media::open_input(file.path, how, stop);
  if (!source) return lose(file, source.error());
  Line& line = line_of(file.stream, arrived);
  const MediaTime begin = line.end;
  while (!stop.stop_requested()) {
    auto next = (*source)->next(stop);
    if (!next) {
      lose(file, next.error());
      continue;
    }
    if (!*next) return;
    Segment segment = **std::move(next);
    segment.start += begin;
    segment.sequence = line.sequence++;
    segment.ingested = arrived;
    line.end = std::max(line.end, segment.end());
    if (auto published = publisher_->publish(std::move(segment), stop); !published) {
      lose(file, published.error());
      continue;
    }
    const std::scoped_lock lock(mutex_);
    ++totals_.published;
  }
}

void RecordedFiles::lose(const RecordedFile& file, const Error& error) {
  log(LogLevel::kWarning, "segment_lost",
      {{"stream", file.stream.value},
       {"file", file.path},
       {"reason", name_of(error.code)},
       {"message", error.message}});
  const std::scoped_lock lock(mutex_);
  ++totals_.lost;
}

}  // namespace staydown::service
