// The decoded frames of a video file, from any time on.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "media/access_unit.h"
#include "media/av_ptr.h"
#include "media/interrupt.h"
#include "media/open_media.h"
#include "media/scaler.h"

namespace staydown::media {

enum class Decode : std::uint8_t { kKeyframes, kEveryFrame };

// Honours edit lists. Holds the packets of at most one group of pictures (up to 256 MiB) and the
// frames in the decoder, which runs on all cores that the process may use (kKeyframes: one).
// Damaged packets are skipped. Not thread-safe.
class FileDecoder {
 public:
  // Errors: kInvalidArgument (not a file), kNotFound, kIo, kUnsupportedContainer, kMalformed,
  // kNoVideo, kUnsupportedCodec.
  static Result<std::unique_ptr<FileDecoder>> open(const std::string& path, Decode decode);

  MediaTime duration() const;  // 0 if the container does not say
  const Presentation& presentation() const { return presentation_; }

  // Before the first next(): goes to the last keyframe at or before `time`, if there is one.
  Result<void> seek(MediaTime time);

  struct Shown {
    const AVFrame* frame;  // until the next call
    MediaTime time;        // from the first frame that a player shows
  };
  // In presentation order; nullopt at the end. kDecodeFailed there if nothing could be decoded.
  Result<std::optional<Shown>> next();

 private:
  explicit FileDecoder(Decode decode) : decode_(decode) {}
  Result<void> start_decoder();
  Result<void> find_first_shown();
  Result<AVPacketPtr> read();
  Result<AVPacketPtr> take();
  bool is_keyframe(const AVPacket& packet) const;
  void keep_one_clock(AVPacket& packet);
  MediaTime time_of(std::int64_t pts) const;

  Decode decode_;
  std::string path_;
  Interrupt interrupt_;
  OpenedMedia media_;
  AVStream* stream_ = nullptr;
  Presentation presentation_;
  std::optional<AccessUnits> access_units_;  // kKeyframes
  AVCodecContextPtr decoder_;
  AVFramePtr frame_;
  std::deque<AVPacketPtr> ahead_;      // read, not yet decoded
  std::int64_t first_shown_ = 0;       // PTS
  std::optional<std::int64_t> clock_;  // DTS of the packet before, on one clock
  std::int64_t clock_change_ = 0;      // added to timestamps since the clock changed
  bool draining_ = false, ended_ = false, decoded_any_ = false;
};

}  // namespace staydown::media
