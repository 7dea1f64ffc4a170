// Files that a media server has just finished, on their way to the segment topic.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/result.h"
#include "service/segment_publisher.h"

namespace staydown::service {

// A part of a broadcast, complete.
struct RecordedFile {
  StreamId stream;
  std::string path;
  bool operator==(const RecordedFile&) const = default;
};

struct RecordedFilesOptions {
  std::vector<std::filesystem::path> roots;  // files lie below one of these, links resolved
  AccountId account;
  std::function<WallTime()> clock;
};

// Takes files from any thread and publishes them from one of its own, in the order in which they
// came: cut at keyframes, also where a file is an hour long, on one line of time and numbers for
// each stream. A stream that was silent for an hour begins a new line.
class RecordedFiles {
 public:
  RecordedFiles(std::unique_ptr<SegmentPublisher> publisher, RecordedFilesOptions options);
  ~RecordedFiles();

  // Returns at once. kDenied: outside the roots, or not a regular file; kBusy: too many are
  // waiting.
  Result<void> offer(RecordedFile file);

  struct Totals {
    std::size_t published = 0, lost = 0;  // segments, and files or segments
  };
  Totals totals() const;

 private:
  struct Line {
    std::int64_t sequence = 0;
    MediaTime end{};
    WallTime used{};
  };
  struct Waiting {
    RecordedFile file;
    WallTime arrived{};
  };
  void run(const std::stop_token& stop);
  void publish(const Waiting& waiting, const std::stop_token& stop);
  Line& line_of(const StreamId& stream, WallTime now);
  void lose(const RecordedFile& file, const Error& error);

  const RecordedFilesOptions options_;
  std::unique_ptr<SegmentPublisher> publisher_;
  std::map<StreamId, Line> lines_;
  mutable std::mutex mutex_;
  std::condition_variable_any came_;
  std::deque<Waiting> waiting_;  // guarded by mutex_
  Totals totals_;                // guarded by mutex_
  std::jthread thread_;
};

}  // namespace staydown::service
