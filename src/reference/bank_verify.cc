#include "reference/bank_verify.h"

#include <fmt/format.h>

#include "reference/bank_rows.h"
#include "reference/file_digest.h"

namespace staydown::reference {
namespace {

Result<void> check_file(const Database& database, std::vector<Finding>& findings) {
  // foreign_key_check gives no row, integrity_check the one row "ok", when all is well.
  for (const char* pragma : {"PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"}) {
    auto rows = database.prepare(pragma);
    if (!rows) return tl::unexpected(rows.error());
    while (true) {
      const auto row = rows->step();
      if (!row) return tl::unexpected(row.error());
      if (!*row) break;
      if (rows->text(0) == "ok") continue;
      findings.push_back({.kind = FindingKind::kDamage, .id = {}, .message = rows->text(0)});
    }
  }
  return {};
}

// Digests of every model, in use or not.
Result<void> check_digests(const Database& database, const ReferenceId& id,
                           std::vector<Finding>& findings) {
  auto rows = database.prepare(
      "SELECT model, packed, digest FROM descriptors WHERE reference_id = ?1 ORDER BY model");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(1, std::string_view(id.value));
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    const Sha256 actual = sha256(rows->blob(1));
    const auto stored = rows->blob(2);
    if (std::equal(actual.begin(), actual.end(), stored.begin(), stored.end())) continue;
    findings.push_back(
        {.kind = FindingKind::kDamage,
         .id = id,
         .message = fmt::format("its {} descriptors are damaged; remove it and add it again",
                                rows->text(0))});
  }
}

void check_media(const ReferenceRecord& record, std::vector<Finding>& findings) {
  const auto digest = digest_of_file(record.file->path);
  if (!digest) {
    findings.push_back(
        {.kind = FindingKind::kMediaMissing,
         .id = record.info.id,
         .message = fmt::format("its video cannot be read: {}", digest.error().message)});
  } else if (*digest != record.file->digest) {
    findings.push_back(
        {.kind = FindingKind::kMediaChanged,
         .id = record.info.id,
         .message = fmt::format("{}: is not the video that was added", record.file->path)});
  }
}

}  // namespace

Result<std::vector<Finding>> find_damage(const Database& database, const BankOptions& models,
                                         ReferenceBank::MediaCheck media) {
  std::vector<Finding> findings;
  if (auto done = check_file(database, findings); !done) return tl::unexpected(done.error());
  const auto records = read_records(database, {});
  if (!records) return tl::unexpected(records.error());
  for (const auto& record : *records) {
    const auto before = findings.size();
    if (auto done = check_digests(database, record.info.id, findings); !done) {
      return tl::unexpected(done.error());
    }
    const auto timeline = read_timeline(database, record, models);
    if (!timeline && findings.size() == before) {
      findings.push_back({.kind = FindingKind::kDamage,
                          .id = record.info.id,
                          .message = timeline.error().message});
    }
    if (media == ReferenceBank::MediaCheck::kDigest && record.file) check_media(record, findings);
  }
  return findings;
}

}  // namespace staydown::reference
