// Where one segment ends and the next begins.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/segment.h"
#include "media/av_ptr.h"
#include "media/track.h"

namespace staydown::media {

struct CutPolicy {
  MediaTime wanted{};   // cut at the first keyframe from here on
  MediaTime longest{};  // cut here even without one
};

// The packets of one segment, in decode order, each with a PTS.
struct Cut {
  Track track;
  std::vector<AVPacketPtr> packets;
  Interval raw;            // smallest PTS to the end of the last frame, on the input's own line
  MediaTime last_frame{};  // largest PTS
};

// Cuts the video packets of one connection. Also cuts where timestamps jump, where the codec's
// configuration changes, and before a segment becomes larger than a sampler would take. Packets
// before the first keyframe cannot be decoded and are dropped, for at most the longest segment.
// Packets without a PTS get the DTS, or follow their predecessor. Pure; not thread-safe.
class SegmentCutter {
 public:
  explicit SegmentCutter(CutPolicy policy) : policy_(policy) {}

  // Takes the next packet in decode order; gives the segment that ended before it, if one did.
  std::optional<Cut> add(AVPacketPtr packet, const Track& track);

  // The rest, at the end of the input or of a connection; ready for the next connection.
  std::optional<Cut> finish();

 private:
  bool starts_segment(const AVPacket& packet, const Track& track) const;
  Cut take();

  CutPolicy policy_;
  Track track_;  // of packets_
  std::vector<AVPacketPtr> packets_;
  std::int64_t bytes_ = 0;
  std::int64_t first_ = 0, last_ = 0;          // smallest and largest PTS of packets_
  std::optional<std::int64_t> previous_;       // time of the packet before, kept across segments
  std::int64_t previous_duration_ = 0;         // its duration
  std::optional<std::int64_t> waiting_since_;  // for the first keyframe of the connection
  bool decodable_ = false;                     // a keyframe came, or waiting was given up
};

}  // namespace staydown::media
