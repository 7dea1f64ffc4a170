// Memory of decoded frames, shared by all decoders of a thread.
#pragma once

struct AVCodecContext;
struct AVFrame;

namespace staydown::media {

// AVCodecContext::get_buffer2: like FFmpeg's default, but from pools of the calling thread instead
// of the context, which at 1080p would keep 3.3 MB per stream between segments. Buffers are handed
// out zeroed (0.3 ms at 1080p), so that a damaged frame never shows a picture of another stream.
// They may be given back by any thread.
int get_frame_buffer(AVCodecContext* context, AVFrame* frame, int flags);

}  // namespace staydown::media
