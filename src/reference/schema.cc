#include "reference/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace staydown::reference {
namespace {

// Times and durations are microseconds. `revision` stamps the bank's counter on what changed.
constexpr const char* kFirst = R"sql(
CREATE TABLE bank (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO bank VALUES (1, 0);

CREATE TABLE reference (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  grounds TEXT NOT NULL,
  max_verdict TEXT NOT NULL CHECK (max_verdict IN ('review', 'takedown')),
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  generation INTEGER NOT NULL CHECK (generation > 0),
  revision INTEGER NOT NULL,
  duration INTEGER NOT NULL CHECK (duration >= 0),
  media_path TEXT,
  media_digest BLOB CHECK (length(media_digest) = 32),
  media_begin INTEGER,
  media_end INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_revision ON reference (revision);

CREATE TABLE removal (
  id TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE descriptors (
  reference_id TEXT NOT NULL REFERENCES reference (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  entries INTEGER NOT NULL CHECK (entries >= 0),
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  packed BLOB NOT NULL,
  PRIMARY KEY (reference_id, model)
) STRICT;

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  reference_id TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_updated BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit table is append-only');
END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit table is append-only');
END;
CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence) BEGIN
  SELECT RAISE(ABORT, 'the audit table is append-only');
END;
)sql";

constexpr const char* kSecond = "ALTER TABLE reference ADD COLUMN notice TEXT NOT NULL DEFAULT '';";

constexpr std::array kMigrations = {kFirst, kSecond};

// What a bank may hold. A hostile file could otherwise put a view of any cost in a table's place.
constexpr std::array<std::string_view, 10> kObjects = {
    "index reference_by_revision",
    "table audit",
    "table bank",
    "table descriptors",
    "table feed",
    "table reference",
    "table removal",
    "trigger audit_is_never_deleted",
    "trigger audit_is_never_replaced",
    "trigger audit_is_never_updated",
};

Error not_a_bank(const Database& database, std::string_view reason) {
  return Error{ErrorCode::kMalformed,
               fmt::format("bank {}: {}; check --bank", database.path(), reason)};
}

Result<void> check_objects(const Database& database) {
  auto objects = database.prepare(
      "SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  if (!objects) return tl::unexpected(objects.error());
  while (true) {
    const auto row = objects->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    const std::string object = objects->text(0);
    if (std::find(kObjects.begin(), kObjects.end(), object) == kObjects.end()) {
      return tl::unexpected(
          not_a_bank(database, fmt::format("holds a {}, which no bank has", object)));
    }
  }
}

Result<void> apply(const Database& database, std::span<const char* const> steps, int from,
                   WallTime now) {
  for (auto step = static_cast<std::size_t>(from); step < steps.size(); ++step) {
    if (auto done = database.run(steps[step]); !done) return done;
  }
  const auto to = static_cast<int>(steps.size());
  const auto mark =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId, to);
  if (auto done = database.run(mark.c_str()); !done) return done;
  auto line = database.prepare(
      "INSERT INTO audit (at, actor, action, reference_id, detail) "
      "VALUES (?1, 'staydown', ?2, '', ?3)");
  if (!line) return tl::unexpected(line.error());
  line->bind(1, now.time_since_epoch().count())
      .bind(2, std::string_view(from == 0 ? "create" : "migrate"))
      .bind(3, std::string_view(from == 0 ? fmt::format("schema version {}", to)
                                          : fmt::format("schema version {} to {}", from, to)));
  return line->finish();
}

// Within a transaction: another process may be making the bank between two reads.
Result<int> read_version(const Database& database, int newest) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  const auto application = database.number("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  if (*application != kApplicationId) {
    const auto objects = database.number("SELECT count(*) FROM sqlite_schema");
    if (!objects) return tl::unexpected(objects.error());
    if (*application != 0 || *version != 0 || *objects != 0) {
      return tl::unexpected(not_a_bank(database, "is an SQLite file of another program"));
    }
    return 0;
  }
  if (*version > newest) {
    return fail(ErrorCode::kMalformed,
                fmt::format("bank {}: was made by a newer Staydown (schema version {}, this one "
                            "knows {}); use that version or a newer one",
                            database.path(), *version, newest));
  }
  if (*version < 1) {
    return tl::unexpected(not_a_bank(database, fmt::format("has schema version {}", *version)));
  }
  if (auto known = check_objects(database); !known) return tl::unexpected(known.error());
  return static_cast<int>(*version);
}

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

Result<int> schema_version(const Database& database, int newest) {
  const auto one_state = Transaction::begin(database, Transaction::Kind::kRead);
  if (!one_state) return tl::unexpected(one_state.error());
  return read_version(database, newest);
}

Result<void> migrate(const Database& database, std::span<const char* const> steps, WallTime now) {
  const auto newest = static_cast<int>(steps.size());
  const auto before = schema_version(database, newest);
  if (!before) return tl::unexpected(before.error());
  if (*before == newest) return {};
  auto transaction = Transaction::begin(database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto now_version = read_version(database, newest);  // another process may have been first
  if (!now_version) return tl::unexpected(now_version.error());
  if (*now_version < newest) {
    if (auto done = apply(database, steps, *now_version, now); !done) return done;
  }
  return transaction->commit();
}

}  // namespace staydown::reference
