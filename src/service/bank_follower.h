// Brings the index up to date with the bank, one look at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "index/reference_index.h"
#include "reference/reference_bank.h"

namespace staydown::service {

// Reads the bank at a path; a bank that takes its place there (restored from a backup, made anew)
// is followed from then on. What was enforced stays so while the bank cannot be read. Logs each
// change. Not thread-safe; the only one to change `index`.
class BankFollower {
 public:
  // `embedding_model`: whose embeddings are searched beside the hashes
  // (BankOptions::embedding_model); references without any are found by their hashes only.
  BankFollower(std::string path, std::shared_ptr<index::ReferenceIndex> index,
               std::string embedding_model = {});

  // Applies what changed since the last call. Costs a few microseconds if nothing did. After an
  // error the next call tries again; nothing is lost.
  Result<void> catch_up();

  // Enabled references that the last change held and that cannot be enforced for damage in the
  // bank.
  std::size_t damaged() const { return damaged_; }

 private:
  struct FileId {
    dev_t device;
    ino_t number;
    bool operator==(const FileId&) const = default;
  };
  static std::optional<FileId> file_at(const std::string& path);

  Result<void> open();
  void apply(reference::BankChanges changes);

  std::string path_, embedding_model_;
  std::shared_ptr<index::ReferenceIndex> index_;
  std::optional<reference::ReferenceBank> bank_;
  std::optional<FileId> file_;  // of bank_
  std::size_t damaged_ = 0;
  std::optional<std::uint64_t> revision_;  // up to which the bank is applied; none: as a whole
};

}  // namespace staydown::service
