// Files and live URLs as segments: cuts packets at keyframes without transcoding.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/segment_source.h"

namespace staydown::media {

struct InputOptions {
  StreamId stream;
  AccountId account;
  MediaTime segment_length = std::chrono::seconds(2);    // cut at the first keyframe from here on
  MediaTime longest_segment = std::chrono::seconds(10);  // cut here even without a keyframe
  std::chrono::seconds reconnect_for{60};  // give up on a live input after this long without data
};

// True for URLs that are watched as they come (http(s) streams, HLS, RTMP, RTSP, SRT, "-"), false
// for files.
bool is_live(const std::string& input);

// Opens `input`: a path, "-" for stdin, or a URL of a protocol that the local FFmpeg has. The error
// names the input, the reason and the remedy. Sequences count from 0; Segment::start continues the
// input's own timestamps from 0 and stays monotonic across reconnects.
Result<std::unique_ptr<SegmentSource>> open_input(const std::string& input, InputOptions options);

// Delays the segments of `source` until the moment they would have been complete on air, counted
// from the first call of next(), and stamps Segment::ingested with it.
std::unique_ptr<SegmentSource> at_real_time(std::unique_ptr<SegmentSource> source);

// Several file sources as one, ordered by the time at which their segments end on air.
std::unique_ptr<SegmentSource> merge(std::vector<std::unique_ptr<SegmentSource>> sources);

}  // namespace staydown::media
