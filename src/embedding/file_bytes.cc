#include "embedding/file_bytes.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "core/sha256.h"

namespace staydown::embedding {

Result<std::string> read_file(std::string_view what, const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory;
    return fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{} {}: {}", what, path.string(), error.message()));
  }
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return fail(ErrorCode::kIo, fmt::format("{} {}: cannot be read", what, path.string()));
  }
  return bytes;
}

std::string digest_of(std::string_view bytes) {
  return to_hex(sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
}

}  // namespace staydown::embedding
