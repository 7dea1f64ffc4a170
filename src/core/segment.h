// One unit of live media as ingest hands it over: 1-10 s, as a rule from a keyframe on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace staydown {

using Bytes = std::vector<std::uint8_t>;

struct Segment {
  StreamId stream;
  AccountId account;
  std::int64_t sequence = 0;
  MediaTime start{};                  // media time of the segment's first frame
  MediaTime duration{};               // 0 when ingest does not know it
  WallTime ingested{};                // when ingest held the whole segment: origin of latencies
  Bytes bytes;                        // a container, see media/limits.h for those allowed
  std::shared_ptr<const Bytes> init;  // fMP4 init segment, where the segment is not self-contained

  MediaTime end() const { return start + duration; }
};

}  // namespace staydown
