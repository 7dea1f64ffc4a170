#include "reference/reference_bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "reference/bank_rows.h"
#include "reference/bank_verify.h"
#include "reference/database.h"
#include "reference/descriptor_blob.h"
#include "reference/schema.h"

namespace staydown::reference {
namespace {

constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxText = 4096;

bool id_is_valid(const ReferenceId& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':';
  };
  return !id.empty() && id.value.size() <= kMaxId &&
         std::all_of(id.value.begin(), id.value.end(), allowed);
}

tl::unexpected<Error> wrong(const ReferenceInfo& info, std::string_view reason) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("reference {}: {}", info.id.value, reason));
}

Result<void> check_info(const ReferenceInfo& info, MediaTime duration) {
  if (!id_is_valid(info.id)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("reference id \"{}\": give 1 to {} letters, digits and \"._:-\"",
                            info.id.value, kMaxId));
  }
  if (std::max({info.label.size(), info.grounds.size(), info.notice.size()}) > kMaxText) {
    return wrong(info, fmt::format("label, grounds and notice may have {} bytes each", kMaxText));
  }
  if (info.max_verdict == VerdictKind::kAllow) {
    return wrong(info, "it must cause review or takedown");
  }
  if (duration < MediaTime::zero()) return wrong(info, "its duration is negative");
  return {};
}

Result<void> check_reference(const NewGeneration& reference) {
  const auto& info = reference.info;
  if (auto good = check_info(info, reference.duration); !good) return good;
  if (reference.entries.empty()) return wrong(info, "it has no descriptors");
  if (auto good = check(reference.entries); !good) return wrong(info, good.error().message);
  return {};
}

}  // namespace

// What its descriptors mean is checked when they are read.
Result<void> check(const PackedReference& reference) {
  const auto& record = reference.record;
  if (auto good = check_info(record.info, record.duration); !good) return good;
  // SQLite's integers are signed.
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (record.generation == 0 || record.generation > kMost) {
    return wrong(record.info, "its generation is not a positive number");
  }
  if (record.descriptors.empty() || record.descriptors.size() != reference.packed.size()) {
    return wrong(record.info, "it has no descriptors");
  }
  std::set<std::string_view> models;
  for (const auto& stored : record.descriptors) {
    if (stored.model.empty() || !models.insert(stored.model).second) {
      return wrong(record.info, "a model of its descriptors is named twice, or not at all");
    }
    if (stored.entries == 0 || stored.entries > kMost) {
      return wrong(record.info, "it counts no descriptors");
    }
  }
  for (std::size_t i = 0; i < reference.packed.size(); ++i) {
    if (sha256(reference.packed[i]) == record.descriptors[i].digest) continue;
    return fail(ErrorCode::kCorrupt,
                fmt::format("reference {}: its {} descriptors are damaged", record.info.id.value,
                            record.descriptors[i].model));
  }
  return {};
}

class ReferenceBank::Impl {
 public:
  Impl(Database opened, const BankOptions& chosen) : database(std::move(opened)), options(chosen) {}

  Database database;
  BankOptions options;

  tl::unexpected<Error> not_found(const ReferenceId& id) const {
    return fail(ErrorCode::kNotFound,
                fmt::format("bank {}: has no reference {}; `staydown reference list` shows all",
                            database.path(), id.value));
  }

  Result<ReferenceRecord> find(const ReferenceId& id) const {
    auto records = read_records(database, {.only = id});
    if (!records) return tl::unexpected(records.error());
    if (records->empty()) return not_found(id);
    return std::move(records->front());
  }

  // The record that `reference` turns into, with the generation that it gets.
  Result<ReferenceRecord> next_record(const NewGeneration& reference, const Change& change) const {
    ReferenceRecord record{.info = reference.info,
                           .added_by = change.actor,
                           .added_at = change.at,
                           .duration = reference.duration,
                           .file = reference.file};
    const auto& id = reference.info.id;
    const auto current = find(id);
    if (!current && current.error().code != ErrorCode::kNotFound) {
      return tl::unexpected(current.error());
    }
    if (reference.replaces == 0) {
      if (current) {
        return fail(ErrorCode::kAlreadyExists,
                    fmt::format("bank {}: already has a reference {}; choose another id, or remove "
                                "that one first",
                                database.path(), id.value));
      }
      const auto removed = removed_generation(database, id);
      if (!removed) return tl::unexpected(removed.error());
      record.generation = *removed + 1;
      return record;
    }
    if (!current) return tl::unexpected(current.error());
    if (current->generation != reference.replaces) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("bank {}: reference {} was changed meanwhile (generation {}, not {}); "
                      "add it again",
                      database.path(), id.value, current->generation, reference.replaces));
    }
    record.generation = current->generation + 1;
    return record;
  }

  Result<void> adopt_one(const PackedReference& reference) const {
    if (auto good = check(reference); !good) return good;
    const auto revision = next_revision(database);
    if (!revision) return tl::unexpected(revision.error());
    ReferenceRecord record = reference.record;
    record.revision = *revision;
    return erase_record(database, record.info.id)
        .and_then([&] { return write_record(database, record); })
        .and_then([&] { return write_packed(database, reference); })
        .and_then([&] { return write_audit(database, "adopt", record.info.id, reference.change); });
  }

  Result<void> adopt_removal(const ReferenceId& id, const Change& change) const {
    auto record = find(id);
    if (!record && record.error().code == ErrorCode::kNotFound) return {};
    if (!record) return tl::unexpected(record.error());
    const auto revision = next_revision(database);
    if (!revision) return tl::unexpected(revision.error());
    record->revision = *revision;
    return write_removal(database, *record).and_then([&] {
      return write_audit(database, "remove", id, change);
    });
  }

  enum class Kind : std::uint8_t { kEnable, kDisable, kRemove };
  Result<void> change(const ReferenceId& id, Kind kind, const Change& by) {
    auto transaction = Transaction::begin(database, Transaction::Kind::kWrite);
    if (!transaction) return tl::unexpected(transaction.error());
    auto record = find(id);
    if (!record) return tl::unexpected(record.error());
    const bool enabled = kind == Kind::kEnable;
    if (kind != Kind::kRemove && record->enabled == enabled) return {};
    const auto revision = next_revision(database);
    if (!revision) return tl::unexpected(revision.error());
    record->revision = *revision;
    record->enabled = enabled;
    const std::string_view action = kind == Kind::kRemove ? "remove"
                                    : enabled             ? "enable"
                                                          : "disable";
    return (kind == Kind::kRemove ? write_removal(database, *record)
                                  : write_enabled(database, *record))
        .and_then([&] { return write_audit(database, action, id, by); })
        .and_then([&] { return transaction->commit(); });
  }
};

ReferenceBank::ReferenceBank(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReferenceBank::~ReferenceBank() = default;
ReferenceBank::ReferenceBank(ReferenceBank&&) noexcept = default;
ReferenceBank& ReferenceBank::operator=(ReferenceBank&&) noexcept = default;

const std::string& ReferenceBank::path() const { return impl_->database.path(); }

Result<ReferenceBank> ReferenceBank::open(const std::string& path, const BankOptions& options) {
  std::error_code ignored;
  if (options.access != BankAccess::kCreate && !std::filesystem::exists(path, ignored)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("bank {}: no such file; check --bank, or make it with `staydown "
                            "reference add VIDEO --bank {}`",
                            path, path));
  }
  const auto access = options.access == BankAccess::kRead     ? DatabaseAccess::kRead
                      : options.access == BankAccess::kChange ? DatabaseAccess::kWrite
                                                              : DatabaseAccess::kCreate;
  auto database = Database::open(path, access, options.patience);
  if (!database) return tl::unexpected(database.error());
  const auto newest = static_cast<int>(migrations().size());
  const auto version = schema_version(*database, newest);
  if (!version) return tl::unexpected(version.error());
  if (*version == 0 && options.access != BankAccess::kCreate) {
    return fail(ErrorCode::kMalformed,
                fmt::format("bank {}: is an empty file, not a bank; check --bank", path));
  }
  if (options.access == BankAccess::kRead) {
    if (*version < newest) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("bank {}: has the older schema version {}; bring it to version {} "
                              "with `staydown reference verify --bank {}`",
                              path, *version, newest, path));
    }
  } else {
    if (auto done = database->set_wal(); !done) return tl::unexpected(done.error());
    if (auto done = migrate(*database, migrations(), wall_clock()); !done) {
      return tl::unexpected(done.error());
    }
  }
  return ReferenceBank(std::make_unique<Impl>(std::move(*database), options));
}

Result<std::uint64_t> ReferenceBank::put(const NewGeneration& reference, const Change& change) {
  if (auto good = check_reference(reference); !good) return tl::unexpected(good.error());
  const auto& database = impl_->database;
  auto transaction = Transaction::begin(database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  auto record = impl_->next_record(reference, change);
  if (!record) return tl::unexpected(record.error());
  const auto revision = next_revision(database);
  if (!revision) return tl::unexpected(revision.error());
  record->revision = *revision;
  const auto written =
      write_record(database, *record)
          .and_then([&] { return write_descriptors(database, reference, impl_->options); })
          .and_then([&] {
            return write_audit(database, reference.replaces == 0 ? "add" : "replace",
                               reference.info.id, change);
          })
          .and_then([&] { return transaction->commit(); });
  if (!written) return tl::unexpected(written.error());
  return record->generation;
}

Result<void> ReferenceBank::enable(const ReferenceId& id, const Change& change) {
  return impl_->change(id, Impl::Kind::kEnable, change);
}

Result<void> ReferenceBank::disable(const ReferenceId& id, const Change& change) {
  return impl_->change(id, Impl::Kind::kDisable, change);
}

Result<void> ReferenceBank::remove(const ReferenceId& id, const Change& change) {
  return impl_->change(id, Impl::Kind::kRemove, change);
}

Result<void> ReferenceBank::adopt(const Adoption& adoption) {
  const auto& database = impl_->database;
  auto transaction = Transaction::begin(database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  for (const auto& reference : adoption.references) {
    if (auto done = impl_->adopt_one(reference); !done) return done;
  }
  for (const auto& [id, change] : adoption.removed) {
    if (auto done = impl_->adopt_removal(id, change); !done) return done;
  }
  if (!adoption.position.topic.empty()) {
    if (auto done = write_feed(database, adoption.position); !done) return done;
  }
  return transaction->commit();
}

Result<PackedReference> ReferenceBank::pack(const ReferenceId& id) const {
  auto transaction = Transaction::begin(impl_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  auto record = impl_->find(id);
  if (!record) return tl::unexpected(record.error());
  auto packed = read_packed(impl_->database, *record);
  if (!packed) return tl::unexpected(packed.error());
  auto change = read_last_change(impl_->database, id);
  if (!change) return tl::unexpected(change.error());
  return PackedReference{*std::move(record), *std::move(packed), *std::move(change)};
}

Result<std::optional<FeedPosition>> ReferenceBank::feed() const {
  return read_feed(impl_->database);
}

Result<std::vector<ReferenceRecord>> ReferenceBank::list() const {
  auto transaction = Transaction::begin(impl_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  return read_records(impl_->database, {});
}

Result<ReferenceRecord> ReferenceBank::find(const ReferenceId& id) const {
  auto transaction = Transaction::begin(impl_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  return impl_->find(id);
}

Result<ReferenceTimelinePtr> ReferenceBank::load(const ReferenceId& id) const {
  auto transaction = Transaction::begin(impl_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto record = impl_->find(id);
  if (!record) return tl::unexpected(record.error());
  return read_timeline(impl_->database, *record, impl_->options);
}

Result<std::vector<AuditLine>> ReferenceBank::audit() const { return read_audit(impl_->database); }

Result<Change> ReferenceBank::last_change(const ReferenceId& id) const {
  return read_last_change(impl_->database, id);
}

Result<std::uint64_t> ReferenceBank::revision() const { return read_revision(impl_->database); }

Result<BankChanges> ReferenceBank::changes_since(std::uint64_t revision) const {
  const auto& database = impl_->database;
  auto transaction = Transaction::begin(database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto now = read_revision(database);
  if (!now) return tl::unexpected(now.error());
  const auto records = read_records(database, {.after = revision});
  if (!records) return tl::unexpected(records.error());
  auto removals = read_removals(database, revision);
  if (!removals) return tl::unexpected(removals.error());

  BankChanges changes{.revision = *now, .lifted = std::move(*removals)};
  for (const auto& record : *records) {
    if (!record.enabled) {
      changes.lifted.push_back(record.info.id);
      continue;
    }
    auto timeline = read_timeline(database, record, impl_->options);
    if (timeline) {
      changes.enforced.push_back(std::move(*timeline));
    } else if (timeline.error().code == ErrorCode::kCorrupt) {
      changes.damaged.push_back(timeline.error());
    } else {
      return tl::unexpected(timeline.error());
    }
  }
  std::sort(changes.lifted.begin(), changes.lifted.end());
  return changes;
}

Result<std::vector<Finding>> ReferenceBank::verify(MediaCheck media) const {
  return find_damage(impl_->database, impl_->options, media);
}

}  // namespace staydown::reference
