#include "media/decoder.h"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <utility>

#include "media/allow_list.h"
#include "media/frame_pool.h"

namespace staydown::media {

const char* Decoder::name_for(AVCodecID codec) {
  const char* name = nullptr;
  switch (codec) {
    case AV_CODEC_ID_H264:
      name = "h264";
      break;
    case AV_CODEC_ID_HEVC:
      name = "hevc";
      break;
    case AV_CODEC_ID_VP8:
      name = "vp8";
      break;
    case AV_CODEC_ID_VP9:
      name = "vp9";
      break;
    case AV_CODEC_ID_AV1:
      name = "libdav1d";
      break;
    case AV_CODEC_ID_MPEG4:
      name = "mpeg4";
      break;
    case AV_CODEC_ID_MPEG2VIDEO:
      name = "mpeg2video";
      break;
    default:
      return nullptr;
  }
  return is_listed(name, kVideoDecoders) ? name : nullptr;
}

Decoder::Decoder(AVCodecContextPtr context, AVCodecParametersPtr parameters)
    : context_(std::move(context)), parameters_(std::move(parameters)), frame_(av_frame_alloc()) {
  if (!frame_) throw std::bad_alloc();
}

Result<Decoder> Decoder::open(const AVCodecParameters& parameters, AVRational time_base,
                              std::int64_t max_pixels) {
  const char* name = name_for(parameters.codec_id);
  const AVCodec* codec = name == nullptr ? nullptr : avcodec_find_decoder_by_name(name);
  if (codec == nullptr) {
    return fail(ErrorCode::kUnsupportedCodec,
                fmt::format("{} is not read; use one of {}", avcodec_get_name(parameters.codec_id),
                            kVideoCodecsForPeople));
  }
  AVCodecContextPtr context(avcodec_alloc_context3(codec));
  AVCodecParametersPtr kept(avcodec_parameters_alloc());
  if (!context || !kept || avcodec_parameters_copy(kept.get(), &parameters) < 0) {
    throw std::bad_alloc();
  }
  context->max_pixels = max_pixels;
  context->pkt_timebase = time_base;
  context->thread_count = 1;
  context->get_buffer2 = get_frame_buffer;
  int result = avcodec_parameters_to_context(context.get(), &parameters);
  if (result >= 0) result = avcodec_open2(context.get(), codec, nullptr);
  if (result < 0) {
    return fail(ErrorCode::kMalformed, fmt::format("{}: {}", name, av_error_text(result)));
  }
  return Decoder(std::move(context), std::move(kept));
}

bool Decoder::fits(const AVCodecParameters& parameters) const {
  if (parameters.codec_id != parameters_->codec_id) return false;
  if (parameters.extradata_size <= 0) return true;
  return parameters.extradata_size == parameters_->extradata_size &&
         std::memcmp(parameters.extradata, parameters_->extradata,
                     static_cast<std::size_t>(parameters.extradata_size)) == 0;
}

bool Decoder::send(const AVPacket* packet) {
  return avcodec_send_packet(context_.get(), packet) >= 0;
}

const AVFrame* Decoder::receive() {
  return avcodec_receive_frame(context_.get(), frame_.get()) >= 0 ? frame_.get() : nullptr;
}

void Decoder::flush() { avcodec_flush_buffers(context_.get()); }

void Decoder::show_incomplete_frames(bool show) {
  if (show) {
    context_->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  } else {
    context_->flags &= ~AV_CODEC_FLAG_OUTPUT_CORRUPT;
  }
}

}  // namespace staydown::media
