#include "media/descriptor_io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace staydown::media {
namespace {

constexpr int kBlock = 1 << 16;
constexpr int kPollMilliseconds = 100;  // as FFmpeg's own protocols do

}  // namespace

Result<std::unique_ptr<DescriptorIo>> DescriptorIo::open_file(const std::string& path,
                                                              const std::string& name,
                                                              const Interrupt& interrupt) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const auto code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return fail(code, fmt::format("{}: {}", name, std::strerror(errno)));
  }
  std::unique_ptr<DescriptorIo> io(new DescriptorIo(descriptor, interrupt));
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kIo, fmt::format("{}: is a directory; name the files in it", name));
  }
  return io;
}

std::unique_ptr<DescriptorIo> DescriptorIo::of_stdin(const Interrupt& interrupt) {
  return std::unique_ptr<DescriptorIo>(new DescriptorIo(STDIN_FILENO, interrupt));
}

DescriptorIo::DescriptorIo(int descriptor, const Interrupt& interrupt)
    : descriptor_(descriptor), interrupt_(interrupt) {
  const bool seekable = ::lseek(descriptor, 0, SEEK_CUR) >= 0;
  context_.reset(avio_alloc_context(static_cast<unsigned char*>(av_malloc(kBlock)), kBlock, 0, this,
                                    read, nullptr, seekable ? seek : nullptr));
}

DescriptorIo::~DescriptorIo() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

int DescriptorIo::read(void* self, std::uint8_t* buffer, int size) {
  const auto& io = *static_cast<DescriptorIo*>(self);
  while (true) {
    if (io.interrupt_.stopped() || io.interrupt_.late()) return AVERROR_EXIT;
    pollfd readable{io.descriptor_, POLLIN, 0};
    const int ready = ::poll(&readable, 1, kPollMilliseconds);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const auto got = ::read(io.descriptor_, buffer, static_cast<std::size_t>(size));
    if (got > 0) return static_cast<int>(got);
    if (got == 0) return AVERROR_EOF;
    if (errno != EINTR && errno != EAGAIN) return AVERROR(errno);
  }
}

std::int64_t DescriptorIo::seek(void* self, std::int64_t offset, int whence) {
  const auto& io = *static_cast<DescriptorIo*>(self);
  if (whence == AVSEEK_SIZE) {
    struct stat status {};
    return ::fstat(io.descriptor_, &status) == 0 ? status.st_size : AVERROR(errno);
  }
  const auto position = ::lseek(io.descriptor_, offset, whence & ~AVSEEK_FORCE);
  return position >= 0 ? position : AVERROR(errno);
}

}  // namespace staydown::media
