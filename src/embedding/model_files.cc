#include "embedding/model_files.h"

#include <fmt/format.h>

#include <cstring>

#include "embedding/file_bytes.h"

namespace staydown::embedding {
namespace {

Result<std::string> read(std::string_view what, const ModelFile& file) {
  auto bytes = read_file(what, file.path);
  if (bytes && digest_of(*bytes) != file.sha256) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} {}: its SHA-256 is not the one in the manifest; fetch it again, or "
                            "correct the manifest",
                            what, file.path.string()));
  }
  return bytes;
}

}  // namespace

Result<std::vector<Half>> read_background(const ModelManifest& manifest) {
  if (!manifest.background) return std::vector<Half>();
  const auto bytes = read("model background", *manifest.background);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::size_t size = manifest.output.dimensions * sizeof(Half);
  if (bytes->size() % size != 0) {
    return fail(
        ErrorCode::kMalformed,
        fmt::format("model background {}: {} bytes are no whole vectors of {} half floats",
                    manifest.background->path.string(), bytes->size(), manifest.output.dimensions));
  }
  std::vector<Half> halves(bytes->size() / sizeof(Half));
  std::memcpy(halves.data(), bytes->data(), bytes->size());  // little-endian, as the processor
  return halves;
}

Result<std::string> read_calibration(const ModelManifest& manifest) {
  if (!manifest.calibration) return std::string();
  return read("model calibration", *manifest.calibration);
}

}  // namespace staydown::embedding
