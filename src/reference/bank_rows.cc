#include "reference/bank_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <tuple>

#include "reference/descriptor_blob.h"

namespace staydown::reference {
namespace {

tl::unexpected<Error> corrupt(const Database& database, const ReferenceId& id,
                              std::string_view reason) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("bank {}: reference {}: {}; remove the reference and add it again",
                          database.path(), id.value, reason));
}

std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::optional<Sha256> digest_of(std::span<const std::uint8_t> blob) {
  Sha256 digest{};
  if (blob.size() != digest.size()) return std::nullopt;
  std::copy(blob.begin(), blob.end(), digest.begin());
  return digest;
}

constexpr std::string_view kRecordColumns =
    "SELECT id, label, grounds, max_verdict, confirmed, enabled, added_by, added_at, generation, "
    "revision, duration, media_path, media_digest, media_begin, media_end, notice FROM reference ";

std::optional<MediaFile> file_of(const Statement& row) {
  const auto digest = digest_of(row.blob(12));
  if (row.is_null(11) || !digest) return std::nullopt;
  MediaFile file{.path = row.text(11), .digest = *digest, .interval = std::nullopt};
  if (!row.is_null(13) && !row.is_null(14)) {
    file.interval = Interval{MediaTime(row.integer(13)), MediaTime(row.integer(14))};
  }
  return file;
}

ReferenceRecord record_of(const Statement& row) {
  ReferenceRecord record;
  record.info = {
      .id = ReferenceId(row.text(0)),
      .label = row.text(1),
      .grounds = row.text(2),
      .max_verdict = row.text(3) == "review" ? VerdictKind::kReview : VerdictKind::kTakedown,
      .confirmed = row.integer(4) != 0,
      .notice = row.text(15)};
  record.enabled = row.integer(5) != 0;
  record.added_by = row.text(6);
  record.added_at = WallTime(std::chrono::microseconds(row.integer(7)));
  record.generation = unsigned_of(row.integer(8));
  record.revision = unsigned_of(row.integer(9));
  record.duration = MediaTime(row.integer(10));
  record.file = file_of(row);
  return record;
}

Result<std::vector<StoredDescriptors>> read_summaries(const Database& database,
                                                      const ReferenceId& id) {
  auto rows = database.prepare(
      "SELECT model, entries, length(packed), digest FROM descriptors "
      "WHERE reference_id = ?1 ORDER BY model");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(1, std::string_view(id.value));
  std::vector<StoredDescriptors> stored;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return stored;
    const auto digest = digest_of(rows->blob(3));
    if (!digest) return corrupt(database, id, "has a digest of the wrong size");
    stored.push_back({.model = rows->text(0),
                      .entries = unsigned_of(rows->integer(1)),
                      .bytes = unsigned_of(rows->integer(2)),
                      .digest = *digest});
  }
}

struct ModelKind {
  std::string_view model;
  DescriptorKind kind;
};

std::array<ModelKind, 2> kinds_of(const BankOptions& models) {
  return {ModelKind{models.pdq_model, DescriptorKind::kPdq},
          ModelKind{models.embedding_model, DescriptorKind::kEmbedding}};
}

Result<std::vector<ReferenceEntry>> read_entries(const Database& database, const ReferenceId& id,
                                                 const ModelKind& wanted) {
  auto row = database.prepare(
      "SELECT packed, digest, entries FROM descriptors WHERE reference_id = ?1 AND model = ?2");
  if (!row) return tl::unexpected(row.error());
  const auto found = row->bind(1, std::string_view(id.value)).bind(2, wanted.model).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::vector<ReferenceEntry>();
  const auto packed = row->blob(0);
  if (sha256(packed) != digest_of(row->blob(1))) {
    return corrupt(database, id, fmt::format("its {} descriptors are damaged", wanted.model));
  }
  auto entries = unpack(packed, wanted.kind, wanted.model,
                        std::filesystem::absolute(database.path()).parent_path());
  if (!entries) return corrupt(database, id, entries.error().message);
  if (entries->size() != unsigned_of(row->integer(2))) {
    return corrupt(database, id, fmt::format("its {} descriptors are incomplete", wanted.model));
  }
  return entries;
}

Result<void> erase_descriptors(const Database& database, const ReferenceId& id) {
  auto old = database.prepare("DELETE FROM descriptors WHERE reference_id = ?1");
  if (!old) return tl::unexpected(old.error());
  return old->bind(1, std::string_view(id.value)).finish();
}

Result<void> insert_descriptors(const Database& database, const ReferenceId& id,
                                const StoredDescriptors& stored,
                                std::span<const std::uint8_t> packed) {
  auto row = database.prepare(
      "INSERT INTO descriptors (reference_id, model, entries, digest, packed) "
      "VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, std::string_view(id.value))
      .bind(2, std::string_view(stored.model))
      .bind(3, signed_of(stored.entries))
      .bind(4, std::span(stored.digest))
      .bind(5, packed)
      .finish();
}

}  // namespace

Result<std::uint64_t> read_revision(const Database& database) {
  return database.number("SELECT revision FROM bank").map(unsigned_of);
}

Result<std::uint64_t> next_revision(const Database& database) {
  return database.number("UPDATE bank SET revision = revision + 1 RETURNING revision")
      .map(unsigned_of);
}

Result<std::vector<ReferenceRecord>> read_records(const Database& database,
                                                  const RecordFilter& filter) {
  auto rows = database.prepare(fmt::format("{} WHERE {} ORDER BY id", kRecordColumns,
                                           filter.only ? "id = ?1" : "revision > ?1"));
  if (!rows) return tl::unexpected(rows.error());
  if (filter.only) {
    rows->bind(1, std::string_view(filter.only->value));
  } else {
    rows->bind(1, signed_of(filter.after));
  }
  std::vector<ReferenceRecord> records;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return records;
    auto record = record_of(*rows);
    auto stored = read_summaries(database, record.info.id);
    if (!stored) return tl::unexpected(stored.error());
    record.descriptors = std::move(*stored);
    records.push_back(std::move(record));
  }
}

Result<std::vector<ReferenceId>> read_removals(const Database& database, std::uint64_t after) {
  auto rows = database.prepare("SELECT id FROM removal WHERE revision > ?1 ORDER BY id");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(1, signed_of(after));
  std::vector<ReferenceId> ids;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return ids;
    ids.emplace_back(rows->text(0));
  }
}

Result<std::uint64_t> removed_generation(const Database& database, const ReferenceId& id) {
  auto row = database.prepare("SELECT generation FROM removal WHERE id = ?1");
  if (!row) return tl::unexpected(row.error());
  const auto found = row->bind(1, std::string_view(id.value)).step();
  if (!found) return tl::unexpected(found.error());
  return *found ? unsigned_of(row->integer(0)) : 0;
}

Result<void> write_record(const Database& database, const ReferenceRecord& record) {
  auto forget = database.prepare("DELETE FROM removal WHERE id = ?1");
  if (!forget) return tl::unexpected(forget.error());
  if (auto done = forget->bind(1, std::string_view(record.info.id.value)).finish(); !done) {
    return done;
  }
  auto row = database.prepare(
      "INSERT INTO reference (id, label, grounds, max_verdict, confirmed, enabled, added_by, "
      "added_at, generation, revision, duration, media_path, media_digest, media_begin, media_end, "
      "notice) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) "
      "ON CONFLICT (id) DO UPDATE SET label = excluded.label, grounds = excluded.grounds, "
      "max_verdict = excluded.max_verdict, confirmed = excluded.confirmed, "
      "generation = excluded.generation, revision = excluded.revision, "
      "duration = excluded.duration, media_path = excluded.media_path, "
      "media_digest = excluded.media_digest, media_begin = excluded.media_begin, "
      "media_end = excluded.media_end, notice = excluded.notice");
  if (!row) return tl::unexpected(row.error());
  row->bind(1, std::string_view(record.info.id.value))
      .bind(2, std::string_view(record.info.label))
      .bind(3, std::string_view(record.info.grounds))
      .bind(4, name_of(record.info.max_verdict))
      .bind(5, std::int64_t{record.info.confirmed})
      .bind(6, std::int64_t{record.enabled})
      .bind(7, std::string_view(record.added_by))
      .bind(8, record.added_at.time_since_epoch().count())
      .bind(9, signed_of(record.generation))
      .bind(10, signed_of(record.revision))
      .bind(11, record.duration.count());
  for (int column = 12; column <= 15; ++column) row->bind_null(column);
  row->bind(16, std::string_view(record.info.notice));
  if (record.file) {
    row->bind(12, std::string_view(record.file->path)).bind(13, std::span(record.file->digest));
    if (record.file->interval) {
      row->bind(14, record.file->interval->begin.count())
          .bind(15, record.file->interval->end.count());
    }
  }
  return row->finish();
}

Result<void> write_enabled(const Database& database, const ReferenceRecord& record) {
  auto row = database.prepare("UPDATE reference SET enabled = ?2, revision = ?3 WHERE id = ?1");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, std::string_view(record.info.id.value))
      .bind(2, std::int64_t{record.enabled})
      .bind(3, signed_of(record.revision))
      .finish();
}

Result<void> write_removal(const Database& database, const ReferenceRecord& record) {
  auto gone = database.prepare("DELETE FROM reference WHERE id = ?1");
  if (!gone) return tl::unexpected(gone.error());
  if (auto done = gone->bind(1, std::string_view(record.info.id.value)).finish(); !done) {
    return done;
  }
  auto row = database.prepare("INSERT INTO removal (id, generation, revision) VALUES (?1, ?2, ?3)");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, std::string_view(record.info.id.value))
      .bind(2, signed_of(record.generation))
      .bind(3, signed_of(record.revision))
      .finish();
}

Result<void> write_descriptors(const Database& database, const NewGeneration& reference,
                               const BankOptions& models) {
  const auto& id = reference.info.id;
  if (auto done = erase_descriptors(database, id); !done) return done;
  for (const auto& [model, kind] : kinds_of(models)) {
    const Blob packed = pack(reference.entries, kind);
    if (packed.empty()) continue;
    const auto entries = std::count_if(
        reference.entries.begin(), reference.entries.end(),
        [&, wanted = kind](const ReferenceEntry& entry) { return kind_of(entry.value) == wanted; });
    const StoredDescriptors stored{.model = std::string(model),
                                   .entries = static_cast<std::uint64_t>(entries),
                                   .bytes = packed.size(),
                                   .digest = sha256(packed)};
    if (auto done = insert_descriptors(database, id, stored, packed); !done) return done;
  }
  return {};
}

Result<void> write_packed(const Database& database, const PackedReference& reference) {
  const auto& id = reference.record.info.id;
  if (auto done = erase_descriptors(database, id); !done) return done;
  for (std::size_t i = 0; i < reference.packed.size(); ++i) {
    auto done =
        insert_descriptors(database, id, reference.record.descriptors[i], reference.packed[i]);
    if (!done) return done;
  }
  return {};
}

Result<std::vector<Blob>> read_packed(const Database& database, const ReferenceRecord& record) {
  std::vector<Blob> packed;
  for (const auto& stored : record.descriptors) {
    auto row =
        database.prepare("SELECT packed FROM descriptors WHERE reference_id = ?1 AND model = ?2");
    if (!row) return tl::unexpected(row.error());
    const auto found = row->bind(1, std::string_view(record.info.id.value))
                           .bind(2, std::string_view(stored.model))
                           .step();
    if (!found) return tl::unexpected(found.error());
    const auto blob = row->blob(0);
    if (!*found || sha256(blob) != stored.digest) {
      return corrupt(database, record.info.id,
                     fmt::format("its {} descriptors are damaged", stored.model));
    }
    packed.emplace_back(blob.begin(), blob.end());
  }
  return packed;
}

Result<void> erase_record(const Database& database, const ReferenceId& id) {
  if (auto done = erase_descriptors(database, id); !done) return done;
  auto row = database.prepare("DELETE FROM reference WHERE id = ?1");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, std::string_view(id.value)).finish();
}

Result<std::optional<FeedPosition>> read_feed(const Database& database) {
  const auto there =
      database.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'feed'");
  if (!there) return tl::unexpected(there.error());
  if (*there == 0) return std::nullopt;
  auto row = database.prepare("SELECT topic, next, read_at FROM feed");
  if (!row) return tl::unexpected(row.error());
  const auto found = row->step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  return FeedPosition{.topic = row->text(0),
                      .next = row->integer(1),
                      .read_at = WallTime(std::chrono::microseconds(row->integer(2)))};
}

// Only a bank that follows a topic has the table.
Result<void> write_feed(const Database& database, const FeedPosition& position) {
  auto made = database.run(
      "CREATE TABLE IF NOT EXISTS feed ("
      "  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
      "  topic TEXT NOT NULL, next INTEGER NOT NULL, read_at INTEGER NOT NULL) STRICT");
  if (!made) return made;
  auto row = database.prepare("INSERT OR REPLACE INTO feed VALUES (1, ?1, ?2, ?3)");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, std::string_view(position.topic))
      .bind(2, position.next)
      .bind(3, position.read_at.time_since_epoch().count())
      .finish();
}

Result<void> write_audit(const Database& database, std::string_view action, const ReferenceId& id,
                         const Change& change) {
  auto row = database.prepare(
      "INSERT INTO audit (at, actor, action, reference_id, detail) VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!row) return tl::unexpected(row.error());
  return row->bind(1, change.at.time_since_epoch().count())
      .bind(2, std::string_view(change.actor))
      .bind(3, action)
      .bind(4, std::string_view(id.value))
      .bind(5, std::string_view(change.detail))
      .finish();
}

Result<std::vector<AuditLine>> read_audit(const Database& database) {
  auto rows = database.prepare(
      "SELECT sequence, at, actor, action, reference_id, detail FROM audit ORDER BY sequence");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<AuditLine> lines;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return lines;
    lines.push_back({.sequence = unsigned_of(rows->integer(0)),
                     .at = WallTime(std::chrono::microseconds(rows->integer(1))),
                     .actor = rows->text(2),
                     .action = rows->text(3),
                     .id = ReferenceId(rows->text(4)),
                     .detail = rows->text(5)});
  }
}

Result<Change> read_last_change(const Database& database, const ReferenceId& id) {
  auto row = database.prepare(
      "SELECT at, actor, detail FROM audit WHERE reference_id = ?1 ORDER BY sequence DESC LIMIT 1");
  if (!row) return tl::unexpected(row.error());
  const auto found = row->bind(1, std::string_view(id.value)).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return Change{};
  return Change{.actor = row->text(1),
                .at = WallTime(std::chrono::microseconds(row->integer(0))),
                .detail = row->text(2)};
}

Result<ReferenceTimelinePtr> read_timeline(const Database& database, const ReferenceRecord& record,
                                           const BankOptions& models) {
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info = record.info;
  timeline->generation = record.generation;
  timeline->duration = record.duration;
  for (const auto& wanted : kinds_of(models)) {
    if (wanted.model.empty()) continue;
    auto entries = read_entries(database, record.info.id, wanted);
    if (!entries) return tl::unexpected(entries.error());
    std::move(entries->begin(), entries->end(), std::back_inserter(timeline->entries));
  }
  std::stable_sort(timeline->entries.begin(), timeline->entries.end(),
                   [](const ReferenceEntry& a, const ReferenceEntry& b) {
                     return std::tie(a.time, a.view) < std::tie(b.time, b.view);
                   });
  return timeline;
}

}  // namespace staydown::reference
