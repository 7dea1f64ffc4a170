// Decoded frames at working size.
#pragma once

#include <cstdint>

#include "core/frame.h"
#include "core/result.h"
#include "media/av_ptr.h"
#include "media/orientation.h"

namespace staydown::media {

// What the container says about showing a video stream's frames.
struct Presentation {
  Orientation orientation;           // used where a frame carries none of its own
  AVRational pixel_aspect = {0, 1};  // wins over the frame's own; 0 when the container has none
};
Presentation presentation_of(const AVStream& stream);

// Size of a frame with square pixels whose long side is at most `long_side`. Never enlarges:
// non-square pixels become square by shrinking. At least 1 x 1.
Size working_size(Size coded, AVRational pixel_aspect, int long_side = kWorkingSize);

// Of the picture before scaling, upright: what Frame::source says.
Size source_size(const AVFrame& frame, const Presentation& presentation);

// Turns decoded frames into upright images with square pixels and full range by area averaging,
// which is what PDQ parity needs (docs/decisions/0003-sampling.md). Luma is the Y plane, expanded
// to full range. The fields of interlaced frames are blended.
//
// Keeps its swscale contexts while frames look alike. Not thread-safe. Errors: kDecodeFailed when
// swscale does not know the pixel format.
class Scaler {
 public:
  explicit Scaler(int long_side = kWorkingSize) : long_side_(long_side) {}

  Result<Image> luma(const AVFrame& frame, const Presentation& presentation);
  Result<Image> rgb(const AVFrame& frame, const Presentation& presentation);

 private:
  struct Conversion {
    Size from, to;
    int format = -1, range = 0, colorspace = 0;
    bool operator==(const Conversion&) const = default;
  };
  struct Cached {
    Conversion conversion;
    SwsContextPtr context;
  };

  Result<Image> scale(const AVFrame& frame, const Presentation& presentation,
                      AVPixelFormat to_format, Cached& cached) const;

  int long_side_;
  Cached luma_, rgb_;
};

}  // namespace staydown::media
