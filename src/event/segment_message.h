// Segments as records of a message log: CloudEvents 1.0, Kafka protocol binding, binary mode.
//
// The headers on the wire are described in docs/kafka.md.
#pragma once

#include <string>

#include "core/message.h"
#include "core/result.h"
#include "core/segment.h"

namespace staydown::event {

// One record of the segment topic. Either the bytes are inside (`segment.bytes`), or `data_ref`
// says where they are; the same for the init segment.
struct SegmentMessage {
  std::string id, source;
  std::string content_type = "video/mp2t";
  Segment segment;
  bool has_sequence = true;  // ingest counts; without it nothing tells repeats and gaps
  bool replay = false;       // put back by `staydown deadletters replay`
  std::string data_ref;      // URI; empty: the bytes are here
  std::string init_ref;      // URI; empty: the segment is self-contained, or its stream's is known
};

// `arrived`: when the log took the record, for producers that do not say when they held the
// segment. `segment.bytes` stays empty, so that the record is still whole if it must go elsewhere:
// the caller moves the value there. kMalformed names the header that is missing or wrong.
Result<SegmentMessage> parse_segment(const Message& message, WallTime arrived);

// The record whose headers parse_segment reads back; its key is the stream id.
Message to_message(SegmentMessage segment);

// Header that tells a worker to look at the segment on its own, beside the stream it is from.
inline constexpr const char* kReplayHeader = "staydown_replay";

}  // namespace staydown::event
