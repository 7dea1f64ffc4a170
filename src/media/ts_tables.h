// The tables that a transport stream cannot be read without.
#pragma once

#include <utility>

#include "core/segment.h"
#include "media/memory_input.h"

namespace staydown::media {

// Keeps the last PAT and PMT packets of a stream (ISO/IEC 13818-1, 2.4.4), so that a segment that
// lacks them can be read. Reads 188-byte packets, the first of which begins with the segment; of
// other segments it neither keeps nor misses any. Not thread-safe.
class TsTables {
 public:
  // The packets to read before `segment`: empty if it has its own tables, which are then kept.
  // Valid until the next call.
  ByteSpan missing_from(ByteSpan segment);

  const Bytes& packets() const { return packets_; }
  void restore(Bytes packets) { packets_ = std::move(packets); }

 private:
  Bytes packets_;
};

}  // namespace staydown::media
