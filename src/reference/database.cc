#include "reference/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace staydown::reference {
namespace {

bool no_space(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

Error error_of(const std::string& path, int status, int system_error, const char* text) {
  const auto say = [&](ErrorCode code, std::string_view reason, bool retriable = false) {
    return Error{code, fmt::format("bank {}: {}", path, reason), retriable};
  };
  switch (status & 0xFF) {
    case SQLITE_FULL:
      return say(ErrorCode::kDiskFull,
                 "no space is left for it; free some, then repeat (the bank is as it was before)");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return say(ErrorCode::kBusy, "another process is changing it; repeat in a moment", true);
    case SQLITE_NOTADB:
      return say(ErrorCode::kMalformed, "is not a bank; check --bank");
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return say(ErrorCode::kCorrupt,
                 fmt::format("is damaged ({}); restore it from a backup, or make a new one", text));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return say(ErrorCode::kIo,
                 fmt::format("{}{}{}; check that the file and its folder exist and may be written",
                             text, system_error != 0 ? ": " : "",
                             system_error != 0 ? std::strerror(system_error) : ""));
    case SQLITE_IOERR:
      if (no_space(system_error)) return error_of(path, SQLITE_FULL, 0, text);
      if (system_error == 0) {  // SQLite does not always keep it
        return say(ErrorCode::kIo,
                   fmt::format("{}; check the disk and the space left on it", text));
      }
      return say(ErrorCode::kIo,
                 fmt::format("{}: {}; check the disk", text, std::strerror(system_error)));
    case SQLITE_TOOBIG:
      return say(ErrorCode::kTooLarge, "a value is larger than SQLite can store");
    default:
      return say(ErrorCode::kInternal, text);
  }
}

}  // namespace

void CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int position, std::int64_t value) {
  if (bind_status_ == SQLITE_OK) bind_status_ = sqlite3_bind_int64(handle_.get(), position, value);
  return *this;
}

Statement& Statement::bind(int position, std::string_view text) {
  if (bind_status_ == SQLITE_OK) {
    bind_status_ = sqlite3_bind_text64(handle_.get(), position, text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

Statement& Statement::bind(int position, std::span<const std::uint8_t> blob) {
  if (bind_status_ == SQLITE_OK) {
    bind_status_ =
        sqlite3_bind_blob64(handle_.get(), position, blob.data(), blob.size(), SQLITE_TRANSIENT);
  }
  return *this;
}

Statement& Statement::bind_null(int position) {
  if (bind_status_ == SQLITE_OK) bind_status_ = sqlite3_bind_null(handle_.get(), position);
  return *this;
}

Result<bool> Statement::step() {
  if (bind_status_ != SQLITE_OK) {
    return tl::unexpected(
        error_of(database_->path(), bind_status_, 0, sqlite3_errstr(bind_status_)));
  }
  const int status = sqlite3_step(handle_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return tl::unexpected(database_->error());
}

Result<void> Statement::finish() {
  while (true) {
    const auto row = step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
  }
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* data = sqlite3_column_text(handle_.get(), column);
  if (data == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return {reinterpret_cast<const char*>(data), size};
}

std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Result<Database> Database::open(const std::string& path, DatabaseAccess access,
                                std::chrono::milliseconds patience) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  switch (access) {
    case DatabaseAccess::kRead:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case DatabaseAccess::kWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case DatabaseAccess::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  sqlite3* handle = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(path, handle, patience);
  if (handle == nullptr) {
    return fail(ErrorCode::kInternal, fmt::format("bank {}: out of memory", path));
  }
  if (status != SQLITE_OK) return tl::unexpected(database.error());
  sqlite3_busy_timeout(handle, static_cast<int>(patience.count()));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // synchronous FULL (2): an added reference survives a power cut once the command has said so.
  if (auto done = database.run("PRAGMA cell_size_check = ON; PRAGMA synchronous = 2;"); !done) {
    return tl::unexpected(done.error());
  }
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
  if (status != SQLITE_OK) return tl::unexpected(error());
  return Statement(statement, this);
}

Result<void> Database::run(const char* sql) const {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return tl::unexpected(error());
  }
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<std::string> Database::word(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->text(0) : std::string();
}

Result<void> Database::set_wal() const {
  // SQLite's own waiting does not hold for a change of the journal's mode.
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  auto mode = word("PRAGMA journal_mode = WAL");
  while (!mode && mode.error().code == ErrorCode::kBusy &&
         std::chrono::steady_clock::now() < deadline) {
    sqlite3_sleep(5);
    mode = word("PRAGMA journal_mode = WAL");
  }
  if (!mode) return tl::unexpected(mode.error());
  if (*mode != "wal") {
    return fail(ErrorCode::kIo,
                fmt::format("bank {}: its file system has no shared memory for a write-ahead log; "
                            "put the bank on a local disk",
                            path_));
  }
  return {};
}

Error Database::error() const {
  return error_of(path_, sqlite3_extended_errcode(handle_.get()),
                  sqlite3_system_errno(handle_.get()), sqlite3_errmsg(handle_.get()));
}

Result<Transaction> Transaction::begin(const Database& database, Kind kind) {
  // IMMEDIATE: a writer waits for its turn here, where waiting is safe, not in the middle.
  auto begun = database.run(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun) return tl::unexpected(begun.error());
  return Transaction(&database);
}

Transaction::~Transaction() {
  // Fails when SQLite has rolled back by itself, e.g. on a full disk; then there is nothing to do.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
  auto done = database_->run("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace staydown::reference
