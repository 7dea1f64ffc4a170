// Files and live URLs as segments: cuts packets at keyframes without transcoding.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/segment_source.h"

namespace staydown::media {

// What becomes of the connection to a live input after it was opened.
enum class Link : std::uint8_t {
  kLost,   // it broke off, and is called again
  kTried,  // in vain
  kBack,   // media comes again
  kGone,   // given up, and nothing says that the broadcast has ended: the source ends
};

struct InputOptions {
  StreamId stream = {};
  AccountId account = {};
  MediaTime segment_length = std::chrono::seconds(2);  // cut at the first keyframe from here on
  // Cut here even without a keyframe; what follows until the next one cannot be decoded. x264's
  // longest GOP, 250 frames unless told otherwise, lasts 10.4 s at 24 fps and 16.7 s at 15 fps.
  MediaTime longest_segment = std::chrono::seconds(20);
  std::chrono::seconds read_timeout{20};   // a live input that is silent for this long is lost
  std::chrono::seconds reconnect_for{60};  // give up on a lost input after this long without data
  bool listen = false;                     // RTMP and SRT: wait for a publisher to call here
  bool only_file = false;  // the input is a path to media, whatever its name: no URL, no playlist
  // Told, from next(), with what happens to the link and why. May be empty.
  std::function<void(Link, const std::string& why)> tell = {};
};

// True for what is watched as it comes (http(s), HLS, RTMP, RTSP, SRT, "-"), false for files.
bool is_live(const std::string& input);

// Opens `input`: a path, "-" for stdin, or a URL of a protocol that the local FFmpeg has; a path
// that ends in .m3u8 is a playlist, and no other file may name another one. The error names the
// input, the reason and the remedy. Blocks until the input answers, at most `read_timeout` (without
// limit when listening), or `stop`.
//
// Each segment is a container of its own (media/remuxer.h). Sequences count from 0; Segment::start
// is the smallest PTS of the segment, counts the input's own timestamps from 0, and grows across
// reconnects and changes of the clock. Segment::ingested is when the last packet was there.
//
// A live input that breaks off is called again with a back-off of 0.5 s that doubles up to 10 s;
// next() gives one error (kUnavailable) per lost stretch and goes on. RTMP, RTSP, SRT and HTTP
// without a length close a connection in the same way when a broadcast ends and when it breaks, so
// there the end comes after `reconnect_for`, and a stretch counts as lost only if the broadcast
// came back. An HTTP body that begins anew is a file, whose end that was.
Result<std::unique_ptr<SegmentSource>> open_input(const std::string& input, InputOptions options,
                                                  const std::stop_token& stop = {},
                                                  Clock& clock = machine_clock());

// Delays the segments of `source` until the moment they would have been complete on air, counted
// from the first call of next(), and stamps Segment::ingested with it.
std::unique_ptr<SegmentSource> at_real_time(std::unique_ptr<SegmentSource> source,
                                            Clock& clock = machine_clock());

// Several file sources as one, ordered by the time at which their segments end on air; at equal
// times by their place in `sources`. Holds one segment per source.
std::unique_ptr<SegmentSource> merge(std::vector<std::unique_ptr<SegmentSource>> sources);

}  // namespace staydown::media
