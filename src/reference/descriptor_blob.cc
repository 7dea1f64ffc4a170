#include "reference/descriptor_blob.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "reference/half_room.h"

namespace staydown::reference {
namespace {

constexpr std::size_t kEntryHeader = 20;
constexpr std::size_t kPdqBytes = 32;
constexpr std::size_t kMaxDimensions = 4096;
// No video is longer; keeps arithmetic on times that a hostile file gives far from overflow.
constexpr MediaTime kLongest = std::chrono::hours(1000);

template <typename T>
void put(Blob& blob, T value) {
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    blob.push_back(static_cast<std::uint8_t>((value >> (8 * byte)) & 0xFF));
  }
}

// Reads a blob whose size was checked before.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> rest) : rest_(rest) {}

  template <typename T>
  T take() {
    T value = 0;
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(rest_[byte]) << (8 * byte)));
    }
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

void put_value(Blob& blob, const DescriptorValue& value) {
  if (const auto* hash = std::get_if<PdqHash>(&value)) {
    for (const auto word : hash->words) put(blob, word);
  } else {
    for (const Half half : std::get<Embedding>(value).halves()) put(blob, half);
  }
}

PdqHash take_hash(Cursor& cursor) {
  PdqHash hash;
  for (auto& word : hash.words) word = cursor.take<std::uint64_t>();
  return hash;
}

bool is_finite(Half half) { return (half & 0x7C00U) != 0x7C00U; }

// The reason why an entry may not be stored, after `previous`.
std::optional<std::string> flaw(const ReferenceEntry& entry, const ReferenceEntry* previous) {
  if (entry.time < MediaTime::zero()) return "has a negative time";
  if (entry.end <= entry.time) return "ends before it begins";
  if (entry.end > kLongest) return "is later than 1000 hours";
  if (previous != nullptr && entry.time < previous->time) return "is earlier than the one before";
  const bool kept =
      entry.view == View::kFull || entry.view == View::kTrimmed || entry.view == View::kCentre;
  if (!kept) return "has a view of queries";
  if (entry.quality > 100) return "has a quality above 100";
  if (const auto* embedding = std::get_if<Embedding>(&entry.value)) {
    if (embedding->empty() || embedding->size() > kMaxDimensions) return "has no usable embedding";
    if (!std::ranges::all_of(embedding->halves(), is_finite)) {
      return "has an embedding that is not finite";
    }
  }
  return std::nullopt;
}

}  // namespace

Blob pack(std::span<const ReferenceEntry> entries, DescriptorKind kind) {
  Blob blob;
  for (const auto& entry : entries) {
    if (kind_of(entry.value) != kind) continue;
    if (blob.empty() && kind == DescriptorKind::kEmbedding) {
      put(blob, static_cast<std::uint32_t>(std::get<Embedding>(entry.value).size()));
    }
    put(blob, static_cast<std::uint64_t>(entry.time.count()));
    put(blob, static_cast<std::uint64_t>(entry.end.count()));
    put(blob, static_cast<std::uint8_t>(entry.view));
    put(blob, entry.quality);
    put(blob, static_cast<std::uint8_t>(entry.generic ? 1 : 0));
    put(blob, std::uint8_t{0});
    put_value(blob, entry.value);
  }
  return blob;
}

Result<std::vector<ReferenceEntry>> unpack(std::span<const std::uint8_t> blob, DescriptorKind kind,
                                           std::string_view name,
                                           const std::filesystem::path& folder) {
  const auto corrupt = [&](std::string_view reason) {
    return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", name, reason));
  };
  std::vector<ReferenceEntry> entries;
  if (blob.empty()) return entries;
  std::size_t dimensions = 0, value_bytes = kPdqBytes;
  if (kind == DescriptorKind::kEmbedding) {
    if (blob.size() < sizeof(std::uint32_t)) return corrupt("ends in the middle of a record");
    dimensions = Cursor(blob).take<std::uint32_t>();
    if (dimensions == 0 || dimensions > kMaxDimensions) return corrupt("has no usable embedding");
    value_bytes = dimensions * sizeof(Half);
    blob = blob.subspan(sizeof(std::uint32_t));
  }
  if (blob.size() % (kEntryHeader + value_bytes) != 0) {
    return corrupt("ends in the middle of a record");
  }
  const std::size_t count = blob.size() / (kEntryHeader + value_bytes);
  entries.reserve(count);
  // The embeddings of all entries, one after the other.
  const std::shared_ptr<Half[]> halves = room_for_halves(count * dimensions, folder);
  Half* next = halves.get();
  for (Cursor cursor(blob); !cursor.empty();) {
    ReferenceEntry entry;
    entry.time = MediaTime(static_cast<std::int64_t>(cursor.take<std::uint64_t>()));
    entry.end = MediaTime(static_cast<std::int64_t>(cursor.take<std::uint64_t>()));
    entry.view = static_cast<View>(cursor.take<std::uint8_t>());
    entry.quality = cursor.take<std::uint8_t>();
    const auto flags = cursor.take<std::uint8_t>();
    const auto reserved = cursor.take<std::uint8_t>();
    entry.generic = (flags & 1) != 0;
    if (kind == DescriptorKind::kPdq) {
      entry.value = take_hash(cursor);
    } else {
      for (std::size_t i = 0; i < dimensions; ++i) next[i] = cursor.take<Half>();
      entry.value = Embedding({halves, next}, dimensions);
      next += dimensions;
    }
    if (flags > 1 || reserved != 0) return corrupt("has unknown flags");
    if (const auto reason = flaw(entry, entries.empty() ? nullptr : &entries.back())) {
      return corrupt(fmt::format("entry {} {}", entries.size(), *reason));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void> check(std::span<const ReferenceEntry> entries) {
  std::size_t dimensions = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto reason = flaw(entries[i], i == 0 ? nullptr : &entries[i - 1]);
    if (const auto* embedding = std::get_if<Embedding>(&entries[i].value); embedding && !reason) {
      if (dimensions == 0) dimensions = embedding->size();
      if (embedding->size() != dimensions) reason = "has an embedding of another size";
    }
    if (reason) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("entry {} at {} {}", i, to_string(entries[i].time), *reason));
    }
  }
  return {};
}

}  // namespace staydown::reference
