#include "isolated_decode.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace staydown::bench {
namespace {

struct Reader {
  const Bytes* bytes;
  std::size_t at = 0;

  static int read(void* opaque, std::uint8_t* to, int size) {
    auto& reader = *static_cast<Reader*>(opaque);
    const std::size_t left = reader.bytes->size() - reader.at;
    const std::size_t count = std::min(left, static_cast<std::size_t>(size));
    if (count == 0) return AVERROR_EOF;
    std::memcpy(to, reader.bytes->data() + reader.at, count);
    reader.at += count;
    return static_cast<int>(count);
  }
};

void check(int code, const char* what) {
  if (code < 0) throw std::runtime_error(std::string(what) + ": " + media::av_error_text(code));
}

media::AVCodecContextPtr open_decoder(const AVCodecParameters& parameters) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  media::AVCodecContextPtr context(avcodec_alloc_context3(codec));
  check(avcodec_parameters_to_context(context.get(), &parameters), "decoder");
  context->thread_count = 1;
  check(avcodec_open2(context.get(), codec, nullptr), "decoder");
  return context;
}

void receive(AVCodecContext& decoder, std::vector<media::AVFramePtr>& frames) {
  for (;;) {
    media::AVFramePtr frame(av_frame_alloc());
    if (avcodec_receive_frame(&decoder, frame.get()) < 0) return;
    frames.push_back(std::move(frame));
  }
}

}  // namespace

std::vector<media::AVFramePtr> KeyframeDecoder::decode(const Bytes& segment) {
  constexpr int kBufferSize = 1 << 16;
  Reader reader{.bytes = &segment};
  const media::AVIOContextPtr io(
      avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(kBufferSize)), kBufferSize, 0,
                         &reader, &Reader::read, nullptr, nullptr));
  AVFormatContext* opened = avformat_alloc_context();
  opened->pb = io.get();
  check(avformat_open_input(&opened, nullptr, av_find_input_format("mpegts"), nullptr), "demuxer");
  const media::AVInputContextPtr demuxer(opened);

  std::vector<media::AVFramePtr> frames;
  const media::AVPacketPtr packet(av_packet_alloc());
  while (av_read_frame(demuxer.get(), packet.get()) >= 0) {
    const AVCodecParameters& parameters = *demuxer->streams[packet->stream_index]->codecpar;
    if (parameters.codec_type == AVMEDIA_TYPE_VIDEO && (packet->flags & AV_PKT_FLAG_KEY) != 0) {
      if (!decoder_) decoder_ = open_decoder(parameters);
      check(avcodec_send_packet(decoder_.get(), packet.get()), "decoder");
      receive(*decoder_, frames);
    }
    av_packet_unref(packet.get());
  }
  if (!decoder_) throw std::runtime_error("the footage has no keyframe");
  check(avcodec_send_packet(decoder_.get(), nullptr), "decoder");
  receive(*decoder_, frames);
  avcodec_flush_buffers(decoder_.get());
  return frames;
}

}  // namespace staydown::bench
