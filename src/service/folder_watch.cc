#include "service/folder_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "service/log.h"

namespace staydown::service {
namespace {

constexpr int kLookMs = 200;  // how often it looks whether it is to end
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;

bool passed_over(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp");
}

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::start(const std::filesystem::path& folder,
                                                        std::function<void(RecordedFile)> take) {
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  if (error) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", folder.string(), error.message()));
  }
  const int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify < 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot be watched: {}", folder.string(), std::strerror(errno)));
  }
  std::unique_ptr<FolderWatch> watch(new FolderWatch(inotify, root, std::move(take)));
  if (auto added = watch->add(root); !added) return tl::unexpected(std::move(added.error()));
  watch->thread_ =
      std::jthread([self = watch.get()](const std::stop_token& stop) { self->run(stop); });
  return watch;
}

FolderWatch::FolderWatch(int inotify, std::filesystem::path root,
                         std::function<void(RecordedFile)> take)
    : inotify_(inotify), root_(std::move(root)), take_(std::move(take)) {}

FolderWatch::~FolderWatch() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  close(inotify_);
}

Result<void> FolderWatch::add(const std::filesystem::path& folder) {
  const int watch = inotify_add_watch(inotify_, folder.c_str(), kEvents);
  if (watch < 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot be watched: {}", folder.string(), std::strerror(errno)));
  }
  folders_[watch] = folder;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.is_directory(ignored) || entry.is_symlink(ignored)) continue;
    if (auto added = add(entry.path()); !added) return added;
  }
  return {};
}

void FolderWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd ready{inotify_, POLLIN, 0};
    if (poll(&ready, 1, kLookMs) > 0) read_events();
  }
}

void FolderWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer{};
  const auto size = read(inotify_, buffer.data(), buffer.size());
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    if ((event->mask & IN_Q_OVERFLOW) != 0) {
      log(LogLevel::kError, "files_missed", {{"folder", root_.string()}});
    }
    if ((event->mask & IN_IGNORED) != 0) folders_.erase(event->wd);
    const auto folder = folders_.find(event->wd);
    const std::string name = event->len > 0 ? event->name : "";
    if (folder == folders_.end() || name.empty() || passed_over(name)) continue;
    const auto path = folder->second / name;
    if ((event->mask & IN_ISDIR) != 0) {
      if (auto added = add(path); !added) {
        log(LogLevel::kWarning, "folder_not_watched", {{"message", added.error().message}});
      }
    } else if ((event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
      const auto below = folder->second.lexically_relative(root_);
      take_({StreamId(below == "." ? path.stem().string() : below.string()), path.string()});
    }
  }
}

}  // namespace staydown::service
