#include "fetch/local_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace staydown::fetch {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

tl::unexpected<Error> failed(const std::string& path, int code) {
  return fail(code == ENOENT || code == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("{}: {}", path, std::system_category().message(code)), code == EIO);
}

bool is_below(const std::filesystem::path& root, const std::filesystem::path& path) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end() && rest != path.end();
}

}  // namespace

Result<Bytes> read_below(const std::vector<std::filesystem::path>& roots, const std::string& path,
                         std::size_t max_bytes) {
  // Not blocking: a pipe is refused below and must not be waited for.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return failed(path, errno);
  std::error_code ignored;
  const auto opened =
      std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", file.get()), ignored);
  const bool allowed = std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
    const auto real = std::filesystem::canonical(root, ignored);
    return !real.empty() && is_below(real, opened);
  });
  if (!allowed) {
    return fail(ErrorCode::kDenied,
                fmt::format("{}: not below any folder of fetch.roots, links resolved", path));
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return failed(path, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kDenied, path + ": not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_bytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: {} bytes are more than {}", path, size, max_bytes));
  }
  Bytes bytes(size);
  std::size_t read_so_far = 0;
  while (read_so_far < size) {
    const auto got = read(file.get(), bytes.data() + read_so_far, size - read_so_far);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, errno);
    if (got == 0) break;
    read_so_far += static_cast<std::size_t>(got);
  }
  bytes.resize(read_so_far);
  return bytes;
}

}  // namespace staydown::fetch
