#include "service/stream_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/archive.h"

namespace staydown::service {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumSize = 8;  // of SHA-256

}  // namespace

Bytes encode(const StreamRecord& record) {
  ArchiveWriter writer;
  writer(record);
  Bytes bytes{kVersion};
  bytes.insert(bytes.end(), writer.bytes().begin(), writer.bytes().end());
  const auto digest = sha256(bytes);
  bytes.insert(bytes.end(), digest.begin(), digest.begin() + kChecksumSize);
  return bytes;
}

Result<StreamRecord> decode_stream_record(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 1 + kChecksumSize) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} bytes are no stream state", bytes.size()));
  }
  if (bytes[0] != kVersion) {
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("stream state of version {}; this program writes {}", bytes[0], kVersion));
  }
  const auto body = bytes.first(bytes.size() - kChecksumSize);
  const auto checksum = bytes.last(kChecksumSize);
  const auto digest = sha256(body);
  if (!std::equal(checksum.begin(), checksum.end(), digest.begin())) {
    return fail(ErrorCode::kCorrupt, "stream state with a wrong checksum");
  }
  StreamRecord record;
  ArchiveReader reader(body.subspan(1), {});
  reader(record);
  if (reader.failed() || !reader.done()) {
    return fail(ErrorCode::kCorrupt, "stream state that ends early");
  }
  return record;
}

}  // namespace staydown::service
