#include "media/segment_content.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "media/av_ptr.h"

extern "C" {
#include <libavutil/display.h>
}

namespace staydown::media {
namespace {

struct Rest {
  const std::uint8_t* at;
  std::size_t size;
};

int read(void* opaque, std::uint8_t* to, int size) {
  auto& rest = *static_cast<Rest*>(opaque);
  const auto count = std::min(static_cast<std::size_t>(size), rest.size);
  if (count == 0) return AVERROR_EOF;
  std::memcpy(to, rest.at, count);
  rest.at += count;
  rest.size -= count;
  return static_cast<int>(count);
}

MediaTime in_media_time(std::int64_t ticks, AVRational time_base) {
  return MediaTime(av_rescale_q(ticks, time_base, {1, 1'000'000}));
}

void receive(AVCodecContext& decoder, AVRational time_base, SegmentContent& content) {
  const AVFramePtr frame(av_frame_alloc());
  while (avcodec_receive_frame(&decoder, frame.get()) >= 0) {
    content.frames.push_back(in_media_time(frame->pts, time_base));
    content.height = frame->height;
  }
}

}  // namespace

SegmentContent content_of(const Segment& segment) {
  Rest rest{segment.bytes.data(), segment.bytes.size()};
  const AVIOContextPtr io(avio_alloc_context(static_cast<unsigned char*>(av_malloc(4096)), 4096, 0,
                                             &rest, read, nullptr, nullptr));
  AVFormatContext* context = avformat_alloc_context();
  context->pb = io.get();
  if (avformat_open_input(&context, "", nullptr, nullptr) < 0) throw std::runtime_error("open");
  const AVInputContextPtr input(context);

  SegmentContent content;
  content.demuxer = input->iformat->name;
  const AVPacketPtr packet(av_packet_alloc());
  AVCodecContextPtr decoder;
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    if (packet->stream_index != 0) throw std::runtime_error("more than one stream");
    const AVStream& stream = *input->streams[0];
    if (!decoder) {
      content.codec = avcodec_get_name(stream.codecpar->codec_id);
      content.begins_with_keyframe = (packet->flags & AV_PKT_FLAG_KEY) != 0;
      const auto* matrix = reinterpret_cast<const std::int32_t*>(
          av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
      if (matrix != nullptr) {
        content.rotation = (360 - static_cast<int>(av_display_rotation_get(matrix))) % 360;
      }
      const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
      decoder.reset(avcodec_alloc_context3(codec));
      avcodec_parameters_to_context(decoder.get(), stream.codecpar);
      decoder->pkt_timebase = stream.time_base;
      if (avcodec_open2(decoder.get(), codec, nullptr) < 0) throw std::runtime_error("decoder");
    }
    content.packets.push_back(in_media_time(packet->pts, stream.time_base));
    avcodec_send_packet(decoder.get(), packet.get());
    receive(*decoder, stream.time_base, content);
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  receive(*decoder, input->streams[0]->time_base, content);
  if (content.packets.empty()) return content;
  const auto smallest = *std::min_element(content.packets.begin(), content.packets.end());
  for (auto& time : content.packets) time -= smallest;
  for (auto& time : content.frames) time -= smallest;
  return content;
}

}  // namespace staydown::media
