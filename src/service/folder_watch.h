// Files that appear below a folder.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"
#include "service/recorded_files.h"

namespace staydown::service {

// Tells of each file that is closed after writing in the folder or in a folder below it, or moved
// there, from a thread of its own. The stream is the folder's path below the watched one, or, for
// a file that lies in the watched folder itself, the file's name without its extension. Names that
// begin with a dot or end in ".part" or ".tmp" are passed over, files that were there before too.
class FolderWatch {
 public:
  static Result<std::unique_ptr<FolderWatch>> start(const std::filesystem::path& folder,
                                                    std::function<void(RecordedFile)> take);
  ~FolderWatch();

 private:
  FolderWatch(int inotify, std::filesystem::path root, std::function<void(RecordedFile)> take);
  Result<void> add(const std::filesystem::path& folder);
  void run(const std::stop_token& stop);
  void read_events();

  const int inotify_;
  const std::filesystem::path root_;
  const std::function<void(RecordedFile)> take_;
  std::map<int, std::filesystem::path> folders_;  // by watch
  std::jthread thread_;
};

}  // namespace staydown::service
