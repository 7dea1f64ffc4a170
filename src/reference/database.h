// SQLite behind values: a connection, a statement and a transaction that cannot leak or be left
// open. Private to this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace staydown::reference {

struct CloseDatabase {
  void operator()(sqlite3* database) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};

// A compiled statement with bound parameters. Text and blobs that it gives are valid until the next
// step. Binding errors show in the next step.
class Statement {
 public:
  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, std::string_view text);
  Statement& bind(int position, std::span<const std::uint8_t> blob);
  Statement& bind_null(int position);

  Result<bool> step();    // true: a row is there
  Result<void> finish();  // runs to the end, rows are not looked at

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::span<const std::uint8_t> blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3_stmt* handle, const class Database* database)
      : handle_(handle), database_(database) {}

  std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle_;
  const class Database* database_;
  int bind_status_ = 0;
};

enum class DatabaseAccess : std::uint8_t { kRead, kWrite, kCreate };

// One connection; hardened against hostile files (no trusted schema, defensive, no extensions).
// Not thread-safe. Must outlive its statements and stay where it is while they live.
class Database {
 public:
  static Result<Database> open(const std::string& path, DatabaseAccess access,
                               std::chrono::milliseconds patience);

  Result<Statement> prepare(std::string_view sql) const;
  Result<void> run(const char* sql) const;                  // all statements in it
  Result<std::int64_t> number(std::string_view sql) const;  // first column of the only row
  Result<std::string> word(std::string_view sql) const;

  // Makes the file use a write-ahead log, so that readers never wait; stays so once done. Waits for
  // others as long as the connection is patient.
  Result<void> set_wal() const;

  const std::string& path() const { return path_; }
  // The last failure of this connection as an Error that names the file, reason and remedy.
  Error error() const;

 private:
  Database(std::string path, sqlite3* handle, std::chrono::milliseconds patience)
      : path_(std::move(path)), patience_(patience), handle_(handle) {}
  std::string path_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<sqlite3, CloseDatabase> handle_;
};

// Reads see one state, or writes are applied together; rolled back unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };
  static Result<Transaction> begin(const Database& database, Kind kind);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;

  Result<void> commit();

 private:
  explicit Transaction(const Database* database) : database_(database) {}
  const Database* database_;
};

}  // namespace staydown::reference
