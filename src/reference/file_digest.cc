#include "reference/file_digest.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace staydown::reference {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

constexpr std::size_t kPiece = 1U << 20;

}  // namespace

Result<Sha256> digest_of_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  const auto failed = [&] {
    const int reason = errno;
    return fail(reason == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}; check the path", path, std::strerror(reason)));
  };
  if (!file) return failed();
  Sha256Stream stream;
  std::vector<std::uint8_t> piece(kPiece);
  while (true) {
    const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get());
    stream.update({piece.data(), size});
    if (size == piece.size()) continue;
    if (std::ferror(file.get()) != 0) return failed();
    return stream.finish();
  }
}

}  // namespace staydown::reference
