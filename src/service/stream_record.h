// What the state topic holds of one stream.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "core/segment.h"
#include "service/sequence_window.h"

namespace staydown::service {

struct StreamRecord {
  std::int64_t offset = -1;  // in the stream's partition, of the last segment that this contains
  SequenceWindow sequence;
  WallTime fed{};      // when ingest held that segment
  bool ended = false;  // cases are closed; what is left only keeps numbers from being used twice
  Bytes detector;      // Detector::save

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.offset, self.sequence, self.fed, self.ended, self.detector);
  }
};

// A version byte, the fields, and a checksum.
Bytes encode(const StreamRecord& record);

// kCorrupt: damaged, or of another version. The stream then begins anew.
Result<StreamRecord> decode_stream_record(std::span<const std::uint8_t> bytes);

}  // namespace staydown::service
