#include "embedding/compiled_models.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

#include "embedding/file_bytes.h"

namespace staydown::embedding {
namespace {

constexpr std::size_t kDigest = 64;  // digits, before the model

}  // namespace

std::filesystem::path CompiledModels::path_of(std::string_view key) const {
  return folder_ / (digest_of(key) + ".model");
}

std::optional<std::string> CompiledModels::find(std::string_view key) const {
  auto bytes = read_file("compiled model", path_of(key));
  if (!bytes || bytes->size() < kDigest) return std::nullopt;
  const std::string digest = bytes->substr(0, kDigest);
  bytes->erase(0, kDigest);
  if (digest_of(*bytes) != digest) return std::nullopt;
  return std::move(*bytes);
}

void CompiledModels::keep(std::string_view key, std::string_view model) const {
  std::error_code ignored;  // as is every other failure here
  std::filesystem::create_directories(folder_, ignored);
  const auto path = path_of(key);
  std::string temporary = path.string() + ".XXXXXX";
  const int handle = mkstemp(temporary.data());
  if (handle < 0) return;
  close(handle);
  std::ofstream file(temporary, std::ios::binary);
  file << digest_of(model) << model;
  file.close();
  if (file) std::filesystem::rename(temporary, path, ignored);
  if (!file || ignored) std::filesystem::remove(temporary, ignored);
}

}  // namespace staydown::embedding
