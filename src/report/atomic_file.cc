#include "report/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace staydown::report {
namespace {

tl::unexpected<Error> failure(const std::string& path, int error) {
  const auto reason = std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return fail(ErrorCode::kDiskFull,
                fmt::format("report {}: {}; free space or give another path", path, reason));
  }
  return fail(ErrorCode::kIo, fmt::format("report {}: cannot be written: {}; give a path in an "
                                          "existing folder that you may write to",
                                          path, reason));
}

bool is_special(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

std::string temporary_of(const std::string& path) {
  return fmt::format("{}.{}.tmp", path, getpid());
}

// 0 or an errno. Closes `file`.
int write_and_close(int file, std::string_view content, bool flush) {
  int error = 0;
  while (error == 0 && !content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && flush && fsync(file) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

Result<void> write_atomically(const std::string& path, std::string_view content) {
  if (is_special(path)) {
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return failure(path, errno);
    const int error = write_and_close(file, content, false);
    if (error != 0) return failure(path, error);
    return {};
  }
  const auto temporary = temporary_of(path);
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return failure(path, errno);
  int error = write_and_close(file, content, true);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(temporary.c_str());
  return failure(path, error);
}

Result<void> check_writable(const std::string& path) {
  const bool special = is_special(path);
  const auto probe = special ? path : temporary_of(path);
  const int file = open(probe.c_str(), O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT), 0666);
  if (file < 0) return failure(path, errno);
  close(file);
  if (!special) unlink(probe.c_str());
  return {};
}

}  // namespace staydown::report
