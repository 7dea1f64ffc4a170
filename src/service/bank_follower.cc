#include "service/bank_follower.h"

#include <sys/stat.h>

#include <unordered_set>
#include <utility>
#include <vector>

#include "service/log.h"

namespace staydown::service {
namespace {

// Short, since a look that fails is followed by another.
constexpr std::chrono::milliseconds kPatience{100};

}  // namespace

BankFollower::BankFollower(std::string path, std::shared_ptr<index::ReferenceIndex> index,
                           std::string embedding_model)
    : path_(std::move(path)),
      embedding_model_(std::move(embedding_model)),
      index_(std::move(index)) {}

std::optional<BankFollower::FileId> BankFollower::file_at(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

Result<void> BankFollower::open() {
  bank_.reset();
  file_ = file_at(path_);  // before opening: a file that comes in between is noticed next time
  revision_.reset();
  auto bank = reference::ReferenceBank::open(
      path_, {.embedding_model = embedding_model_, .patience = kPatience});
  if (!bank) return tl::unexpected(bank.error());
  bank_ = *std::move(bank);
  return {};
}

Result<void> BankFollower::catch_up() {
  // A bank that was deleted or replaced stays readable for who has it open.
  if (!bank_ || file_at(path_) != file_) {
    if (auto opened = open(); !opened) return opened;
  }
  const auto now = bank_->revision();
  if (!now) return tl::unexpected(now.error());
  if (*now == revision_) return {};
  if (revision_ && *now < *revision_) revision_.reset();  // an older state was copied over it
  auto changes = bank_->changes_since(revision_.value_or(0));
  if (!changes) return tl::unexpected(changes.error());
  apply(*std::move(changes));
  return {};
}

void BankFollower::apply(reference::BankChanges changes) {
  damaged_ = changes.damaged.size();
  for (const Error& damage : changes.damaged) {
    log(LogLevel::kError, "reference_damaged", {{"bank", path_}, {"reason", damage.message}});
  }
  const bool whole = !revision_;
  if (whole) {
    std::unordered_set<ReferenceId> enforced;
    for (const auto& reference : changes.enforced) enforced.insert(reference->info.id);
    const auto snapshot = index_->snapshot();
    for (const auto& [id, reference] : snapshot->references()) {
      if (!enforced.contains(id)) changes.lifted.push_back(id);
    }
  } else {
    for (const auto& reference : changes.enforced) {
      log(LogLevel::kInfo, "reference_enforced",
          {{"reference", reference->info.id.value},
           {"generation", reference->generation},
           {"entries", reference->entries.size()},
           {"revision", changes.revision}});
    }
    for (const auto& id : changes.lifted) {
      log(LogLevel::kInfo, "reference_lifted",
          {{"reference", id.value}, {"revision", changes.revision}});
    }
  }
  if (!changes.lifted.empty()) index_->remove(changes.lifted);
  if (!changes.enforced.empty()) index_->add(std::move(changes.enforced));
  if (whole) {
    const auto snapshot = index_->snapshot();
    log(LogLevel::kInfo, "bank_loaded",
        {{"bank", path_},
         {"references", snapshot->references().size()},
         {"entries", snapshot->entries()},
         {"revision", changes.revision}});
  }
  revision_ = changes.revision;
}

}  // namespace staydown::service
