#include "reference/reference_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace staydown::reference {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
// A day of frames at 60 a second, five views each, is 1.4 GB; one part more is a mistake.
constexpr std::uint64_t kMostParts = 4096;

std::uint64_t parts_of(std::uint64_t bytes) { return (bytes + kPartBytes - 1) / kPartBytes; }

std::string part_key(const ReferenceRecord& record, std::uint64_t number) {
  return fmt::format("{}/{}/{}", record.info.id.value, record.generation, number);
}

Json json_of(const Change& change) {
  return {{"actor", change.actor}, {"at", to_rfc3339(change.at)}, {"detail", change.detail}};
}

Json json_of(const std::optional<MediaFile>& file) {
  if (!file) return nullptr;
  Json json{{"path", file->path}, {"sha256", to_hex(file->digest)}};
  if (file->interval) {
    json["interval"] = {{"begin", file->interval->begin.count()},
                        {"end", file->interval->end.count()}};
  }
  return json;
}

Json json_of(const PackedReference& reference) {
  const auto& [record, packed, change] = reference;
  Json descriptors = Json::array();
  for (const auto& stored : record.descriptors) {
    descriptors.push_back({{"model", stored.model},
                           {"entries", stored.entries},
                           {"bytes", stored.bytes},
                           {"parts", parts_of(stored.bytes)},
                           {"sha256", to_hex(stored.digest)}});
  }
  return {{"format", kFormat},
          {"generation", record.generation},
          {"label", record.info.label},
          {"grounds", record.info.grounds},
          {"notice", record.info.notice},
          {"max_verdict", name_of(record.info.max_verdict)},
          {"confirmed", record.info.confirmed},
          {"enabled", record.enabled},
          {"added_by", record.added_by},
          {"added_at", to_rfc3339(record.added_at)},
          {"duration", record.duration.count()},
          {"file", json_of(record.file)},
          {"descriptors", std::move(descriptors)},
          {"change", json_of(change)}};
}

Sha256 digest_from(const std::string& hex) {
  Sha256 digest{};
  if (hex.size() != 2 * digest.size()) throw std::invalid_argument("sha256 has another length");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto* begin = hex.data() + 2 * i;
    const auto read = std::from_chars(begin, begin + 2, digest[i], 16);
    if (read.ptr != begin + 2) throw std::invalid_argument("sha256 is not hexadecimal");
  }
  return digest;
}

WallTime time_from(const Json& json) {
  const auto time = from_rfc3339(json.get<std::string>());
  if (!time) throw std::invalid_argument("a time is not RFC 3339");
  return *time;
}

Change change_from(const Json& json) {
  return {.actor = json.at("actor"), .at = time_from(json.at("at")), .detail = json.at("detail")};
}

VerdictKind verdict_from(const std::string& name) {
  for (const auto kind : {VerdictKind::kReview, VerdictKind::kTakedown}) {
    if (name_of(kind) == name) return kind;
  }
  throw std::invalid_argument("max_verdict is neither review nor takedown");
}

std::optional<MediaFile> file_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  MediaFile file{.path = json.at("path"), .digest = digest_from(json.at("sha256"))};
  if (json.contains("interval")) {
    const auto& interval = json.at("interval");
    file.interval = Interval{MediaTime(interval.at("begin").get<std::int64_t>()),
                             MediaTime(interval.at("end").get<std::int64_t>())};
  }
  return file;
}

struct Header {
  PackedReference reference;         // without its descriptors
  std::vector<std::uint64_t> parts;  // of each model
};

// Throws nlohmann's exceptions or std::invalid_argument.
Header header_from(const ReferenceId& id, const Json& json) {
  if (json.at("format") != kFormat) {
    throw std::invalid_argument("its format is of another version of Staydown");
  }
  Header header;
  auto& record = header.reference.record;
  record.info = {.id = id,
                 .label = json.at("label"),
                 .grounds = json.at("grounds"),
                 .max_verdict = verdict_from(json.at("max_verdict")),
                 .confirmed = json.at("confirmed"),
                 .notice = json.at("notice")};
  json.at("generation").get_to(record.generation);
  json.at("enabled").get_to(record.enabled);
  json.at("added_by").get_to(record.added_by);
  record.added_at = time_from(json.at("added_at"));
  record.duration = MediaTime(json.at("duration").get<std::int64_t>());
  record.file = file_from(json.at("file"));
  for (const auto& stored : json.at("descriptors")) {
    record.descriptors.push_back({.model = stored.at("model"),
                                  .entries = stored.at("entries"),
                                  .bytes = stored.at("bytes"),
                                  .digest = digest_from(stored.at("sha256"))});
    header.parts.push_back(stored.at("parts").get<std::uint64_t>());
    if (header.parts.back() > kMostParts) throw std::invalid_argument("it has too many parts");
  }
  header.reference.change = change_from(json.at("change"));
  return header;
}

struct Key {
  ReferenceId id;
  std::uint64_t generation = 0, number = 0;
};

// Of a part; nullopt if it is none.
std::optional<Key> part_from(const std::string& key) {
  const auto first = key.find('/');
  const auto second = key.find('/', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  Key part{.id = ReferenceId(key.substr(0, first))};
  const auto read = [](std::string_view text, std::uint64_t& number) {
    const auto* end = text.data() + text.size();
    const auto done = std::from_chars(text.data(), end, number);
    return done.ec == std::errc() && done.ptr == end;
  };
  const std::string_view text(key);
  const bool good = read(text.substr(first + 1, second - first - 1), part.generation) &&
                    read(text.substr(second + 1), part.number);
  if (!good) return std::nullopt;
  return part;
}

constexpr const char* kChangeHeader = "staydown_change";

}  // namespace

std::vector<Message> to_messages(const PackedReference& reference) {
  std::vector<Message> messages;
  std::uint64_t number = 0;
  for (const auto& packed : reference.packed) {
    for (std::size_t begin = 0; begin < packed.size(); begin += kPartBytes) {
      const auto end = std::min(packed.size(), begin + kPartBytes);
      messages.push_back({.key = part_key(reference.record, number++),
                          .headers = {{"content-type", "application/octet-stream"}},
                          .value = Bytes(packed.begin() + static_cast<std::ptrdiff_t>(begin),
                                         packed.begin() + static_cast<std::ptrdiff_t>(end))});
    }
  }
  const auto json = json_of(reference).dump(-1, ' ', false, Json::error_handler_t::replace);
  messages.push_back({.key = reference.record.info.id.value,
                      .headers = {{"content-type", "application/json"}},
                      .value = Bytes(json.begin(), json.end())});
  return messages;
}

Message header_tombstone(const ReferenceId& id, const Change& change) {
  return {.key = id.value,
          .headers = {{kChangeHeader,
                       json_of(change).dump(-1, ' ', false, Json::error_handler_t::replace)}},
          .value = std::nullopt};
}

std::vector<Message> part_tombstones(const ReferenceRecord& record) {
  std::uint64_t parts = 0;
  for (const auto& stored : record.descriptors) parts += parts_of(stored.bytes);
  std::vector<Message> messages;
  for (std::uint64_t number = 0; number < parts; ++number) {
    messages.push_back({.key = part_key(record, number), .headers = {}, .value = std::nullopt});
  }
  return messages;
}

std::optional<ReferenceId> LogAssembler::header_of(const std::string& key) {
  if (key.find('/') != std::string::npos) return std::nullopt;
  return ReferenceId(key);
}

LogAssembler::Outcome LogAssembler::take(std::int64_t offset, WallTime appended, Message record) {
  if (const auto id = header_of(record.key)) return take_header(*id, record);
  const auto key = part_from(record.key);
  if (!key) {
    return Error{ErrorCode::kMalformed,
                 fmt::format("offset {}: \"{}\" is not the key of a reference or a part of one",
                             offset, record.key.substr(0, 80))};
  }
  auto& parts = parts_[key->id];
  const PartKey number{key->generation, key->number};
  if (record.value) {
    parts[number] = {offset, appended, *std::move(record.value)};
  } else {
    parts.erase(number);
    if (parts.empty()) parts_.erase(key->id);
  }
  return {};
}

LogAssembler::Outcome LogAssembler::take_header(const ReferenceId& id, const Message& record) {
  if (!record.value) {
    parts_.erase(id);
    Removed removed{id, {}};
    if (const auto* change = find_header(record.headers, kChangeHeader)) {
      const auto json = Json::parse(*change, nullptr, false);
      try {
        removed.change = change_from(json);
      } catch (const std::exception&) {
        removed.change.detail = "by another program";
      }
    }
    return removed;
  }
  try {
    auto header = header_from(id, Json::parse(*record.value));
    auto whole = assemble(std::move(header.reference), header.parts);
    if (!whole) return std::move(whole.error());
    erase_parts(id, whole->record.generation);
    return *std::move(whole);
  } catch (const std::exception& error) {
    return Error{ErrorCode::kMalformed, fmt::format("reference {}: its record cannot be used: {}",
                                                    id.value, error.what())};
  }
}

Result<PackedReference> LogAssembler::assemble(PackedReference header,
                                               const std::vector<std::uint64_t>& parts) const {
  const auto& record = header.record;
  if (auto known = known_(record.info.id);
      known && known->record.descriptors == record.descriptors) {
    header.packed = std::move(known->packed);
    if (auto good = check(header); !good) return tl::unexpected(std::move(good.error()));
    return header;
  }
  static const std::map<PartKey, Part> kNone;
  const auto found = parts_.find(record.info.id);
  const auto& waiting = found == parts_.end() ? kNone : found->second;
  std::uint64_t number = 0;
  for (const auto count : parts) {
    Bytes packed;
    for (const auto end = number + count; number < end; ++number) {
      const auto part = waiting.find({record.generation, number});
      if (part == waiting.end()) {
        return fail(ErrorCode::kCorrupt,
                    fmt::format("reference {}: part {} of generation {} is missing; add it again",
                                record.info.id.value, number, record.generation));
      }
      packed.insert(packed.end(), part->second.bytes.begin(), part->second.bytes.end());
    }
    header.packed.push_back(std::move(packed));
  }
  if (auto good = check(header); !good) return tl::unexpected(std::move(good.error()));
  return header;
}

void LogAssembler::erase_parts(const ReferenceId& id, std::uint64_t up_to_generation) {
  const auto found = parts_.find(id);
  if (found == parts_.end()) return;
  std::erase_if(found->second,
                [&](const auto& part) { return part.first.first <= up_to_generation; });
  if (found->second.empty()) parts_.erase(found);
}

void LogAssembler::forget_parts_before(WallTime time) {
  for (auto& [id, parts] : parts_) {
    std::erase_if(parts, [&](const auto& part) { return part.second.appended < time; });
  }
  std::erase_if(parts_, [](const auto& of_one) { return of_one.second.empty(); });
}

std::optional<std::int64_t> LogAssembler::waiting_since() const {
  std::optional<std::int64_t> since;
  for (const auto& [id, parts] : parts_) {
    for (const auto& [number, part] : parts)
      since = std::min(since.value_or(part.offset), part.offset);
  }
  return since;
}

}  // namespace staydown::reference
