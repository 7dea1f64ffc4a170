// Owners of FFmpeg's handles: the only place that frees what FFmpeg allocates.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace staydown::media {

// For `void free(T**)`.
template <auto Free>
struct AvDeleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(&handle);
  }
};

// For `void free(T*)`.
template <auto Free>
struct AvPlainDeleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

struct AvioDeleter {
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};

using AVFramePtr = std::unique_ptr<AVFrame, AvDeleter<av_frame_free>>;
using AVPacketPtr = std::unique_ptr<AVPacket, AvDeleter<av_packet_free>>;
using AVCodecContextPtr = std::unique_ptr<AVCodecContext, AvDeleter<avcodec_free_context>>;
using AVCodecParametersPtr = std::unique_ptr<AVCodecParameters, AvDeleter<avcodec_parameters_free>>;
using AVInputContextPtr = std::unique_ptr<AVFormatContext, AvDeleter<avformat_close_input>>;
using AVOutputContextPtr = std::unique_ptr<AVFormatContext, AvPlainDeleter<avformat_free_context>>;
using AVDictionaryPtr = std::unique_ptr<AVDictionary, AvDeleter<av_dict_free>>;
using SwsContextPtr = std::unique_ptr<SwsContext, AvPlainDeleter<sws_freeContext>>;
// With a buffer of its own (av_malloc); whatever `opaque` points to belongs to someone else.
using AVIOContextPtr = std::unique_ptr<AVIOContext, AvioDeleter>;

// FFmpeg's text for its error `code`.
inline std::string av_error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

}  // namespace staydown::media
