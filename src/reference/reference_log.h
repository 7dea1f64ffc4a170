// References as records of a compacted log, and back.
//
// A reference is one header record, whose key is its id and whose value is JSON that says all but
// the descriptors, and parts of those, whose keys are "id/generation/n". The parts come first: the
// header alone makes the reference enforced. A header without a value: it is removed. See
// docs/decisions/0011-references-on-kafka.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/message.h"
#include "core/result.h"
#include "reference/reference_bank.h"

namespace staydown::reference {

// Well below the megabyte that a broker takes unless told.
inline constexpr std::size_t kPartBytes = std::size_t{512} << 10;

// In the order in which they are to be written: the parts, then the header.
std::vector<Message> to_messages(const PackedReference& reference);

// For what was enforced until now: without its header, and its parts.
Message header_tombstone(const ReferenceId& id, const Change& change);
std::vector<Message> part_tombstones(const ReferenceRecord& record);

// Puts references together from the records of a log as they come. Not thread-safe.
class LogAssembler {
 public:
  struct Removed {
    ReferenceId id;
    Change change;
  };
  // kMalformed, kCorrupt: the record cannot be used; what was known of the reference stays.
  using Outcome = std::variant<std::monostate, PackedReference, Removed, Error>;

  // What is stored of a reference already: a header that names descriptors that are there needs no
  // parts. nullopt: nothing.
  using Known = std::function<std::optional<PackedReference>(const ReferenceId&)>;
  explicit LogAssembler(Known known) : known_(std::move(known)) {}

  // `appended`: when the brokers took the record.
  Outcome take(std::int64_t offset, WallTime appended, Message record);

  // Drops the parts that came before `time` and still have no header: their writer has died. Not to
  // be called before the end of the log was reached, since a header may come long after its parts.
  void forget_parts_before(WallTime time);

  // Offset of the earliest part that still waits for its header: where a reader that forgets them
  // has to begin again.
  std::optional<std::int64_t> waiting_since() const;

  // The id that a record is about, for a header; nullopt for a part.
  static std::optional<ReferenceId> header_of(const std::string& key);

 private:
  struct Part {
    std::int64_t offset = 0;
    WallTime appended{};
    Bytes bytes;
  };
  using PartKey = std::pair<std::uint64_t, std::uint64_t>;  // generation, number
  Outcome take_header(const ReferenceId& id, const Message& record);
  Result<PackedReference> assemble(PackedReference header,
                                   const std::vector<std::uint64_t>& parts) const;
  void erase_parts(const ReferenceId& id, std::uint64_t up_to_generation);

  Known known_;
  std::map<ReferenceId, std::map<PartKey, Part>> parts_;
};

}  // namespace staydown::reference
