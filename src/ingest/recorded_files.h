// Files that a media server has just finished, on their way to the segment topic.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/segment.h"
#include "ingest/segment_sink.h"
#include "ingest/status.h"

namespace staydown::ingest {

// A part of a broadcast, complete.
struct RecordedFile {
  StreamId stream;
  std::string path;
  bool operator==(const RecordedFile&) const = default;
};

struct RecordedFilesOptions {
  std::vector<std::filesystem::path> roots;  // files lie below one of these, links resolved
  AccountId account;
  std::function<WallTime()> clock = wall_clock;
};

// Takes files from any thread and publishes them from threads of its own, one for each sink: cut at
// keyframes, also where a file is an hour long, on one line of time and numbers for each stream,
// and each stream's in the order in which they came. A stream is worked on by one thread at a time,
// file by file, so that one with long files delays no other while a thread is free. A stream that
// was silent for three hours begins a new line.
//
// Every file that was taken is published, or counted and logged as lost.
class RecordedFiles {
 public:
  // Waits for brokers and reads files until `give_up` is requested. `status` must outlive it.
  RecordedFiles(std::vector<std::unique_ptr<SegmentSink>> sinks, RecordedFilesOptions options,
                Status& status, std::stop_token give_up);
  ~RecordedFiles();  // as `finish`

  // Returns at once. kDenied: outside the roots, not a regular file, or a playlist, which would
  // have other files opened; kBusy: 10,000 are waiting; kUnavailable: `close` was called.
  Result<void> offer(RecordedFile file);

  void close();   // takes no more
  void finish();  // closes, and returns when all that was taken is published, or lost

 private:
  struct Waiting {
    RecordedFile file;
    WallTime arrived{};
  };
  // Where a stream's media goes on.
  struct Line {
    std::int64_t sequence = 0;
    MediaTime end{};
  };
  struct Stream {
    std::optional<Line> line;  // of the thread that works on the stream, else guarded by mutex_
    std::deque<Waiting> files;
    bool in_work = false;
    WallTime used{};
  };
  using Streams = std::map<StreamId, Stream>;

  void run(SegmentSink& sink, IngestHealth::Part& part);
  // The stream whose turn it is, and its next file; null at the end.
  Stream* take(Waiting& next, IngestHealth::Part& part);
  void put_back(Stream& stream);
  void publish(const Waiting& waiting, Line& line, SegmentSink& sink, IngestHealth::Part& part);
  void forget_silent_streams(WallTime now);  // with mutex_ held

  const RecordedFilesOptions options_;
  const std::vector<std::unique_ptr<SegmentSink>> sinks_;
  Status& status_;
  const std::stop_token give_up_;

  std::mutex mutex_;  // guards all below but the threads
  std::condition_variable_any changed_;
  Streams streams_;
  std::deque<Stream*> turns_;  // with files and not in work, those that waited longest first
  std::size_t waiting_ = 0;
  bool closed_ = false;
  WallTime swept_{};

  std::vector<std::jthread> threads_;
};

}  // namespace staydown::ingest
