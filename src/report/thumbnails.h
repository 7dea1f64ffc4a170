// Small pictures of the latest sampled frames of a stream.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>

#include "core/frame.h"
#include "core/segment.h"

namespace staydown::report {

using Picture = std::shared_ptr<const Bytes>;  // a JPEG file; null where there is none

// Wide enough to recognise a scene when two stand side by side.
inline constexpr int kPictureWidth = 320;

// JPEG of the frame, in colour where it has colour; null if it cannot be encoded.
Picture picture_of(const Frame& frame);

// Evidence can name frames of earlier segments, so pictures of the last `span` of the stream are
// kept: at most kMaxPictures, about 12 KB each. Not thread-safe.
class Thumbnails {
 public:
  static constexpr std::size_t kMaxPictures = 400;  // 90 s at 4 frames a second, and some

  explicit Thumbnails(MediaTime span = std::chrono::seconds(90)) : span_(span) {}

  void add(const Frame& frame);
  Picture at(MediaTime time) const;  // null if no frame of exactly this time is kept

 private:
  MediaTime span_;
  std::map<MediaTime, Picture> pictures_;
};

}  // namespace staydown::report
