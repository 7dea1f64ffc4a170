#include "service/reference_media.h"

#include <filesystem>
#include <utility>

#include "media/reference_reader.h"
#include "reference/file_digest.h"
#include "reference/reference_bank.h"

namespace staydown::service {

ReferenceMedia::ReferenceMedia(std::string bank_path, std::string folder)
    : bank_path_(std::move(bank_path)), folder_(std::move(folder)) {}

Result<std::optional<Frame>> ReferenceMedia::frame(const ReferenceId& reference, MediaTime time) {
  auto known = files_.find(reference);
  if (known == files_.end()) known = files_.emplace(reference, find(reference)).first;
  if (!known->second) return std::optional<Frame>();
  return media::frame_at(*known->second, time);
}

std::optional<std::string> ReferenceMedia::find(const ReferenceId& reference) const {
  const auto bank = reference::ReferenceBank::open(bank_path_);
  if (!bank) return std::nullopt;
  const auto record = bank->find(reference);
  if (!record || !record->file) return std::nullopt;
  std::vector<std::string> candidates{record->file->path};
  if (!folder_.empty()) {
    const std::filesystem::path name = std::filesystem::path(record->file->path).filename();
    candidates.push_back((std::filesystem::path(folder_) / name).string());
  }
  for (const auto& path : candidates) {
    const auto digest = reference::digest_of_file(path);
    if (digest && *digest == record->file->digest) return path;
  }
  return std::nullopt;
}

}  // namespace staydown::service
