// Encodes scenes into real media with FFmpeg's encoders, in process and single-threaded: the same
// specification gives the same bytes on one machine.
//
//   const Bytes ts = encode({.parts = {{.seed = 7, .duration = 8s}}});
//   const auto live = segments({.parts = {{.seed = 1, .duration = 12s},                 //
//   background
//                                         {.seed = 7, .from = 2s, .duration = 20s,      // edited
//                                         copy
//                                          .edit = mirrored()}}},
//                              StreamId("cam-7"), 2s);
//
// What cannot be encoded throws std::runtime_error.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/segment.h"
#include "support/scene.h"

namespace staydown::support {

enum class Codec { kH264, kHevc, kVp8, kVp9, kAv1, kMpeg4, kMpeg2 };
enum class Container { kMpegTs, kMp4, kFragmentedMp4, kMatroska, kWebm, kFlv };

// A stretch of a scene; parts follow each other without a gap.
struct Part {
  std::uint64_t seed = 1;
  MediaTime from{};  // scene time of its first picture
  MediaTime duration = std::chrono::seconds(4);
  double speed = 1;       // scene seconds per second
  PictureEdit edit = {};  // of every picture
};

// Timestamps of an encoded frame in units of 1/90000 s; an edit may change them.
struct Timestamps {
  int index = 0;  // in decoding order
  bool key = false;
  std::int64_t pts = 0, dts = 0;
};

struct VideoSpec {
  std::vector<Part> parts = {Part{}};
  int width = 320, height = 180, fps = 25;
  Codec codec = Codec::kH264;
  Container container = Container::kMpegTs;
  int gop = 25;  // frames; there are no other keyframes
  int b_frames = 0;
  bool open_gop = false;
  bool intra_refresh = false;  // H.264: a moving column of intra blocks instead of keyframes
  bool interlaced = false;     // H.264: the rows of odd frames are half a frame later
  std::string pixel_format = "yuv420p";
  bool full_range = false;
  int rotation = 0;                   // clockwise degrees that a player is told to turn by (MP4)
  int pixel_aspect[2] = {1, 1};       // width : height of a pixel
  int kilobits = 0;                   // per second; 0: constant quality
  bool audio = false;                 // a silent AAC track beside the video
  std::int64_t first_timestamp = 0;   // of the first frame, in 1/90000 s
  std::vector<MediaTime> times = {};  // of the frames, where they are not 1/fps apart
  std::function<void(Timestamps&)> retime = {};
  bool cut_anywhere =
      false;  // segments() cuts at the first frame from `length` on, keyframe or not
};

// The picture that frame at `time` of the video shows, and how long the video is.
Image picture(const VideoSpec& spec, MediaTime time);
MediaTime duration_of(const VideoSpec& spec);

// One file of the whole video.
Bytes encode(const VideoSpec& spec);
void encode_to_file(const VideoSpec& spec, const std::string& path);

// The video as a live stream: cut at the first keyframe from `length` on, timestamps going on.
// Segment::start counts from the first frame.
// Each segment is a file of its own, but for kFragmentedMp4, where they share Segment::init.
// Segment::ingested is the epoch plus the end of the segment.
std::vector<Segment> segments(const VideoSpec& spec, const StreamId& stream, MediaTime length);

}  // namespace staydown::support
