// The bank of references: one SQLite file that keeps what people decided about each known video and
// its descriptors, never the video itself.
//
// Several processes may use one bank at once: readers never wait, writers wait for each other (at
// most BankOptions::patience, then kBusy). Each change is one transaction together with its line in
// the append-only audit table; a crash or a full disk leaves the bank as it was before the change.
// See docs/decisions/0006-bank.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/reference.h"
#include "core/result.h"
#include "core/sha256.h"

namespace staydown::reference {

enum class BankAccess : std::uint8_t {
  kRead,    // the bank must exist; changes are refused
  kChange,  // the bank must exist; an older schema is migrated
  kCreate,  // like kChange, and a missing bank is made
};

struct BankOptions {
  BankAccess access = BankAccess::kRead;
  // Models whose descriptors are stored and loaded; those of other models stay untouched on disk
  // until the reference's next generation.
  std::string pdq_model = "pdq-1";
  std::string embedding_model{};  // empty: no embeddings
  std::chrono::milliseconds patience{10'000};
};

// Who changes the bank, when, and why: what the audit table keeps.
struct Change {
  std::string actor;
  WallTime at{};
  std::string detail{};
};

// The file that a reference was made from. Times of the reference count from the first frame of the
// file, also where only a part of it is the reference.
struct MediaFile {
  std::string path;  // absolute
  Sha256 digest{};
  std::optional<Interval> interval{};  // the part that is the reference; absent = all of it
  bool operator==(const MediaFile&) const = default;
};

// A new reference, or the next generation of one.
struct NewGeneration {
  ReferenceInfo info;
  MediaTime duration{};                   // all entries lie before it
  std::optional<MediaFile> file{};        // absent for imported hash lists
  std::vector<ReferenceEntry> entries{};  // in order of time
  // Generation that this one takes the place of; 0 = the id must be new.
  std::uint64_t replaces = 0;
};

// What the bank keeps of one model's descriptors.
struct StoredDescriptors {
  std::string model;  // name and version, e.g. "pdq-1"
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  Sha256 digest{};  // of the packed entries
  bool operator==(const StoredDescriptors&) const = default;
};

struct ReferenceRecord {
  ReferenceInfo info;
  bool enabled = true;
  std::string added_by;
  WallTime added_at{};
  std::uint64_t generation = 0;
  std::uint64_t revision = 0;  // of the bank, when this reference last changed
  MediaTime duration{};
  std::optional<MediaFile> file{};
  std::vector<StoredDescriptors> descriptors{};  // by model
  bool operator==(const ReferenceRecord&) const = default;
};

// What a reader must do to catch up from an older revision.
struct BankChanges {
  std::uint64_t revision = 0;                    // of the bank now: pass it to the next call
  std::vector<ReferenceTimelinePtr> enforced{};  // new, enabled again or changed; by id
  std::vector<ReferenceId> lifted{};             // disabled or removed since; by id
  std::vector<Error> damaged{};  // enabled references that cannot be used, each naming the id
};

// A reference as it goes from one bank to another: all that is stored of it, and who changed it
// last.
struct PackedReference {
  ReferenceRecord record;
  std::vector<std::vector<std::uint8_t>>
      packed;  // as record.descriptors; reference/descriptor_blob.h
  Change change;
};

// Whether a bank would take it: kInvalidArgument, or kCorrupt for descriptors that do not have the
// digest that the record names.
Result<void> check(const PackedReference& reference);

// How far a bank has followed the topic whose cache it is (docs/decisions/0011-references-on-kafka.md).
struct FeedPosition {
  std::string topic;
  std::int64_t next = 0;  // offset
  WallTime read_at{};     // when there was nothing beyond it
  bool operator==(const FeedPosition&) const = default;
};

// What a topic said up to a position.
struct Adoption {
  std::vector<PackedReference> references;
  std::vector<std::pair<ReferenceId, Change>> removed;  // those not there are passed over
  FeedPosition position;
};

struct AuditLine {
  std::uint64_t sequence = 0;
  WallTime at{};
  std::string actor;
  std::string action;  // create, add, replace, enable, disable, remove, migrate
  ReferenceId id{};    // empty for what concerns the whole bank
  std::string detail{};
  bool operator==(const AuditLine&) const = default;
};

enum class FindingKind : std::uint8_t {
  kDamage,        // stored data is wrong: the reference, or the bank, cannot be trusted
  kMediaMissing,  // the video is no longer at its path; detection does not need it
  kMediaChanged,  // another video is at its path
};

struct Finding {
  FindingKind kind = FindingKind::kDamage;
  ReferenceId id{};  // empty for what concerns the whole bank
  std::string message;
  bool operator==(const Finding&) const = default;
};

// One connection to a bank. Not thread-safe: one per thread.
//
// Errors: kNotFound (no such file or reference), kAlreadyExists, kInvalidArgument, kMalformed (the
// file is not a bank, or made by a newer Staydown), kCorrupt, kBusy (retriable), kDiskFull, kIo.
class ReferenceBank {
 public:
  static Result<ReferenceBank> open(const std::string& path, const BankOptions& options = {});
  ~ReferenceBank();
  ReferenceBank(ReferenceBank&&) noexcept;
  ReferenceBank& operator=(ReferenceBank&&) noexcept;

  const std::string& path() const;

  // Adds a reference, or replaces everything stored of it but the enabled flag and who added it.
  // Returns the generation, which is enforced from now on. An id is 1-128 letters, digits and
  // "._:-". kAlreadyExists if the id is taken; kNotFound or kInvalidArgument if `replaces` is not
  // the current generation any more.
  Result<std::uint64_t> put(const NewGeneration& reference, const Change& change);

  // kNotFound if there is no such reference. Enabling what is enabled changes nothing.
  Result<void> enable(const ReferenceId& id, const Change& change);
  Result<void> disable(const ReferenceId& id, const Change& change);
  Result<void> remove(const ReferenceId& id, const Change& change);

  // Makes references what they are in another bank, generation and enabled flag too, all or none.
  // kInvalidArgument or kCorrupt names the first that cannot be stored.
  Result<void> adopt(const Adoption& adoption);
  Result<PackedReference> pack(const ReferenceId& id) const;  // enabled or not

  // Absent for a bank that is not the cache of a topic.
  Result<std::optional<FeedPosition>> feed() const;

  Result<std::vector<ReferenceRecord>> list() const;  // by id
  Result<ReferenceRecord> find(const ReferenceId& id) const;
  Result<ReferenceTimelinePtr> load(const ReferenceId& id) const;  // enabled or not
  Result<std::vector<AuditLine>> audit() const;                    // oldest first
  Result<Change> last_change(const ReferenceId& id) const;         // blank if there was none

  // Grows with every change by any process; costs a few microseconds, so that it can be polled.
  Result<std::uint64_t> revision() const;

  // What changed after `revision`, as of one moment; everything that is enforced if it is 0.
  Result<BankChanges> changes_since(std::uint64_t revision) const;

  // Checks the file's structure, every digest and, on request, the videos. Empty = all is well.
  enum class MediaCheck : std::uint8_t { kSkip, kDigest };
  Result<std::vector<Finding>> verify(MediaCheck media) const;

 private:
  class Impl;
  explicit ReferenceBank(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::reference
