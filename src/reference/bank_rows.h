// The bank's rows as values: SQL lives here and in schema.cc. Private to this folder.
//
// Functions that read several tables expect to run in one transaction of the caller.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "reference/database.h"
#include "reference/reference_bank.h"

namespace staydown::reference {

Result<std::uint64_t> read_revision(const Database& database);
// Counts the bank's revision up and returns the new one.
Result<std::uint64_t> next_revision(const Database& database);

// With `only`, that reference alone; else those changed after revision `after`. Ordered by id.
struct RecordFilter {
  std::optional<ReferenceId> only{};
  std::uint64_t after = 0;
};
Result<std::vector<ReferenceRecord>> read_records(const Database& database,
                                                  const RecordFilter& filter);
Result<std::vector<ReferenceId>> read_removals(const Database& database, std::uint64_t after);
// Generation that a removed reference had; 0 if there was none of that id.
Result<std::uint64_t> removed_generation(const Database& database, const ReferenceId& id);

// Inserts the record or replaces the row of its id, without its descriptors.
Result<void> write_record(const Database& database, const ReferenceRecord& record);
Result<void> write_enabled(const Database& database, const ReferenceRecord& record);
// Moves the reference to the removals.
Result<void> write_removal(const Database& database, const ReferenceRecord& record);
// Replaces the descriptors of all models of a reference.
Result<void> write_descriptors(const Database& database, const NewGeneration& reference,
                               const BankOptions& models);
// The same with descriptors as they are stored elsewhere.
Result<void> write_packed(const Database& database, const PackedReference& reference);
Result<std::vector<std::vector<std::uint8_t>>> read_packed(const Database& database,
                                                           const ReferenceRecord& record);
// Forgets the reference without a trace, so that write_record makes it anew.
Result<void> erase_record(const Database& database, const ReferenceId& id);

Result<std::optional<FeedPosition>> read_feed(const Database& database);
Result<void> write_feed(const Database& database, const FeedPosition& position);

Result<void> write_audit(const Database& database, std::string_view action, const ReferenceId& id,
                         const Change& change);
Result<std::vector<AuditLine>> read_audit(const Database& database);
// The latest change of a reference; blank if there was none.
Result<Change> read_last_change(const Database& database, const ReferenceId& id);

// The entries of the models in use, digests checked; kCorrupt names the reference.
Result<ReferenceTimelinePtr> read_timeline(const Database& database, const ReferenceRecord& record,
                                           const BankOptions& models);

}  // namespace staydown::reference
