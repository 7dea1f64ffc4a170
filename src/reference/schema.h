// The tables of a bank and how older ones become newer ones. Private to this folder.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "core/time.h"
#include "reference/database.h"

namespace staydown::reference {

// "Stdn" in the header of the file: tells a bank from any other SQLite file.
inline constexpr std::int64_t kApplicationId = 0x5374646E;

// Migration n (from 0) is SQL that turns a bank of schema version n into one of version n + 1; the
// first makes an empty file a bank. Released ones never change; a change of the tables is a new
// one.
std::span<const char* const> migrations();

// Version of the bank's schema: 0 = an empty file. kMalformed for a file that is not a bank, holds
// tables, views or triggers that a bank has not, or has a version above `newest`.
Result<int> schema_version(const Database& database, int newest);

// Brings the bank to version `steps.size()` in one write transaction, at once when it is there
// already. Safe when several processes do it at the same time.
Result<void> migrate(const Database& database, std::span<const char* const> steps, WallTime now);

}  // namespace staydown::reference
