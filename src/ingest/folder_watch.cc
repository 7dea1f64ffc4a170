#include "ingest/folder_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "media/input_url.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using service::log;
using service::LogLevel;
using Steady = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kLookMs = 200;  // how often it looks whether it is to end
constexpr auto kQuiet = 2s;   // recorders write more often than that
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;

bool passed_over(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp") ||
         media::is_playlist(name);
}

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::start(
    const fs::path& folder, std::function<Result<void>(RecordedFile)> take, Status& status) {
  std::error_code error;
  const auto root = fs::canonical(folder, error);
  if (error) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", folder.string(), error.message()));
  }
  const int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify < 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot be watched: {}", folder.string(), std::strerror(errno)));
  }
  std::unique_ptr<FolderWatch> watch(new FolderWatch(inotify, root, std::move(take), status));
  if (auto added = watch->watch_folder(root, false); !added) {
    return tl::unexpected(std::move(added.error()));
  }
  watch->thread_ =
      std::jthread([self = watch.get()](const std::stop_token& stop) { self->run(stop); });
  return watch;
}

FolderWatch::FolderWatch(int inotify, fs::path root, std::function<Result<void>(RecordedFile)> take,
                         Status& status)
    : inotify_(inotify),
      root_(std::move(root)),
      take_(std::move(take)),
      status_(status),
      part_(status.health, "watch " + root_.string()) {}

FolderWatch::~FolderWatch() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  close(inotify_);
}

Result<void> FolderWatch::watch_folder(const fs::path& folder, bool is_new) {
  const int watch = inotify_add_watch(inotify_, folder.c_str(), kEvents);
  if (watch < 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot be watched: {}", folder.string(), std::strerror(errno)));
  }
  // A folder that was only renamed keeps its watch, and its files were told of.
  is_new = folders_.insert_or_assign(watch, folder).second && is_new;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_symlink(ignored)) continue;
    if (entry->is_directory(ignored)) {
      if (auto added = watch_folder(entry->path(), is_new); !added) return added;
    } else if (is_new && !passed_over(entry->path().filename().string())) {
      found_.try_emplace(entry->path(), Found{Steady::now(), entry->file_size(ignored),
                                              entry->last_write_time(ignored)});
    }
  }
  return {};
}

void FolderWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    part_.alive();
    pollfd ready{inotify_, POLLIN, 0};
    if (poll(&ready, 1, kLookMs) > 0) read_events();
    look_at_found();
  }
  while (read_events()) {
  }
  for (const auto& [path, found] : std::exchange(found_, {})) tell(path);
}

void FolderWatch::look_at_found() {
  for (auto next = found_.begin(); next != found_.end();) {
    auto& [path, found] = *next;
    std::error_code error;
    const auto size = fs::file_size(path, error);
    const auto written = error ? fs::file_time_type() : fs::last_write_time(path, error);
    if (!error && (size != found.size || written != found.written)) {
      found = {Steady::now(), size, written};
    }
    const bool quiet = Steady::now() - found.since >= kQuiet;
    if (!error && !quiet) {
      ++next;
      continue;
    }
    if (!error) tell(path);
    next = found_.erase(next);  // with an error it is gone
  }
}

void FolderWatch::tell(const fs::path& path) {
  const auto below = path.parent_path().lexically_relative(root_);
  const StreamId stream(below == "." ? path.stem().string() : below.string());
  if (auto taken = take_({stream, path.string()}); !taken) {
    status_.ledger.lost(stream, taken.error(), path.string());
  }
}

bool FolderWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer{};
  const auto size = read(inotify_, buffer.data(), buffer.size());
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    if ((event->mask & IN_Q_OVERFLOW) != 0) {
      status_.ledger.lost(
          {},
          {ErrorCode::kIo, "more came than the system remembers (fs.inotify.max_queued_events)"},
          root_.string());
    }
    if ((event->mask & IN_IGNORED) != 0) folders_.erase(event->wd);
    const auto folder = folders_.find(event->wd);
    const std::string name = event->len > 0 ? event->name : "";
    if (folder == folders_.end() || name.empty() || passed_over(name)) continue;
    const auto path = folder->second / name;
    if ((event->mask & IN_ISDIR) != 0) {
      if (auto added = watch_folder(path, true); !added) {
        log(LogLevel::kWarning, "folder_not_watched", {{"message", added.error().message}});
      }
    } else if ((event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
      found_.erase(path);
      tell(path);
    }
  }
  return size > 0;
}

}  // namespace staydown::ingest
