// One codec context of an allowed decoder.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "media/av_ptr.h"

namespace staydown::media {

// Single-threaded decoder of one video stream. Keeps its context, and with it the parameter sets,
// until it is destroyed: a fresh one costs 1-2 ms (docs/decisions/0003-sampling.md). Not
// thread-safe.
//
// Memory at 1080p: see the decision record.
class Decoder {
 public:
  // FFmpeg's decoder for `codec`; nullptr if none is allowed (kVideoDecoders).
  static const char* name_for(AVCodecID codec);

  // `time_base` is that of the packets' timestamps. Frames of more pixels than `max_pixels` are
  // errors. Errors: kUnsupportedCodec, kMalformed (extradata).
  static Result<Decoder> open(const AVCodecParameters& parameters, AVRational time_base,
                              std::int64_t max_pixels);

  // True if this decoder can go on with a stream of `parameters`: same codec, and extradata that is
  // the same or not repeated.
  bool fits(const AVCodecParameters& parameters) const;

  // With which it was opened.
  const AVCodecParameters& parameters() const { return *parameters_; }

  // Takes a packet, or the wish to drain it (nullptr). False: the packet is damaged. Receive all
  // frames after every call.
  bool send(const AVPacket* packet);

  // The next frame in presentation order, valid until the next call; nullptr: there is none yet.
  const AVFrame* receive();

  // Forgets all frames, but not the parameter sets.
  void flush();

  // Whether frames that depend on what was never sent come out.
  void show_incomplete_frames(bool show);

 private:
  Decoder(AVCodecContextPtr context, AVCodecParametersPtr parameters);

  AVCodecContextPtr context_;
  AVCodecParametersPtr parameters_;
  AVFramePtr frame_;
};

}  // namespace staydown::media
