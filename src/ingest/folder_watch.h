// Files that appear below a folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"
#include "ingest/recorded_files.h"
#include "ingest/status.h"

namespace staydown::ingest {

// Tells of each file that is closed after writing in the folder or in a folder below it, or moved
// there, from a thread of its own. The stream is the folder's path below the watched one, or, for
// a file that lies in the watched folder itself, the file's name without its extension. Playlists
// and names that begin with a dot or end in ".part" or ".tmp" are passed over, files that were
// there at the start too.
//
// Files that come with a folder (`cp -r`, `mkdir` and `mv`) may be complete before the folder can
// be watched: they are told of when they are closed, or else once nobody has written to them for
// two seconds.
class FolderWatch {
 public:
  // What `take` refuses, and what the system could not tell us of, counts as lost. `status` must
  // outlive it.
  static Result<std::unique_ptr<FolderWatch>> start(const std::filesystem::path& folder,
                                                    std::function<Result<void>(RecordedFile)> take,
                                                    Status& status);
  ~FolderWatch();  // tells of what was complete until now

 private:
  // A file that was there when its folder came; as it was when it was last looked at.
  struct Found {
    std::chrono::steady_clock::time_point since;
    std::uintmax_t size = 0;
    std::filesystem::file_time_type written;
  };

  FolderWatch(int inotify, std::filesystem::path root,
              std::function<Result<void>(RecordedFile)> take, Status& status);
  Result<void> watch_folder(const std::filesystem::path& folder, bool is_new);
  void run(const std::stop_token& stop);
  bool read_events();  // false: there were none
  void look_at_found();
  void tell(const std::filesystem::path& path);

  const int inotify_;
  const std::filesystem::path root_;
  const std::function<Result<void>(RecordedFile)> take_;
  Status& status_;
  IngestHealth::Part part_;
  std::map<int, std::filesystem::path> folders_;  // by watch
  std::map<std::filesystem::path, Found> found_;
  std::jthread thread_;
};

}  // namespace staydown::ingest
