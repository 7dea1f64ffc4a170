#include "media/demuxer.h"

#include <fmt/format.h>

#include <new>
#include <optional>
#include <string>

#include "media/allow_list.h"
#include "media/decoder.h"

namespace staydown::media {
namespace {

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

Result<AVInputContextPtr> open(Container container, MemoryInput& input) {
  const char* name = demuxer_of(container);
  const AVInputFormat* format = av_find_input_format(name);
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  if (format == nullptr) {
    avformat_free_context(context);
    return fail(ErrorCode::kUnsupportedContainer, fmt::format("this FFmpeg lacks {}", name));
  }
  context->pb = input.io();
  context->io_open = refuse_to_open;
  context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOFILLIN;
  context->correct_ts_overflow = 0;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kMediaDemuxers, 0);
  av_dict_set(&options, "codec_whitelist", kVideoDecoders, 0);
  av_dict_set(&options, "protocol_whitelist", "", 0);
  if (container == Container::kMp4) {
    av_dict_set(&options, "ignore_editlist", "1", 0);
    av_dict_set(&options, "enable_drefs", "0", 0);
  }
  const int result = avformat_open_input(&context, "", format, &options);  // frees on failure
  av_dict_free(&options);
  if (result < 0) {
    return fail(ErrorCode::kMalformed, fmt::format("{}: {}", name, av_error_text(result)));
  }
  return AVInputContextPtr(context);
}

// The stream to decode; -1 while there is none.
int choose(const AVFormatContext& context) {
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVStream& stream = *context.streams[i];
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
        (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0 &&
        Decoder::name_for(stream.codecpar->codec_id) != nullptr) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

void discard_all_but(AVFormatContext& context, int chosen) {
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    AVStream& stream = *context.streams[i];
    const bool may_become_video = stream.codecpar->codec_type == AVMEDIA_TYPE_UNKNOWN && chosen < 0;
    const bool keep = static_cast<int>(i) == chosen || may_become_video;
    stream.discard = keep ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

tl::unexpected<Error> no_video(const AVFormatContext& context, const DemuxedVideo& video) {
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVCodecParameters& parameters = *context.streams[i]->codecpar;
    if (parameters.codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (Decoder::name_for(parameters.codec_id) != nullptr) {
      return fail(ErrorCode::kTruncated, "the video stream holds no frame");
    }
    return fail(ErrorCode::kUnsupportedCodec,
                fmt::format("{} is not read; use one of {}", avcodec_get_name(parameters.codec_id),
                            kVideoCodecsForPeople));
  }
  if (video.damaged) return fail(ErrorCode::kMalformed, "damaged before the first video frame");
  return fail(ErrorCode::kNoVideo, "there is no video stream");
}

Error too_large(int width, int height, const SegmentLimits& limits) {
  return {ErrorCode::kTooLarge,
          fmt::format("{}x{} is more than {} pixels", width, height, limits.max_pixels)};
}

std::optional<Error> check_size(int width, int height, const SegmentLimits& limits) {
  if (static_cast<std::int64_t>(width) * height <= limits.max_pixels) return std::nullopt;
  return too_large(width, height, limits);
}

}  // namespace

Result<DemuxedVideo> demux(Container container, ByteSpan head, ByteSpan body,
                           const SegmentLimits& limits, const CpuBudget& budget) {
  const auto time_limit = [&] {
    return fail(ErrorCode::kTimeLimit,
                fmt::format("reading takes more than {} ms of CPU", limits.max_cpu.count()));
  };
  MemoryInput input(head, body, budget);
  auto opened = open(container, input);
  if (!opened) {
    if (budget.exceeded()) return time_limit();
    return tl::unexpected(opened.error());
  }
  AVFormatContext& context = **opened;
  DemuxedVideo video;
  int chosen = -1;
  for (int count = 0;; ++count) {
    if (chosen < 0) chosen = choose(context);
    discard_all_but(context, chosen);
    AVPacketPtr packet(av_packet_alloc());
    if (!packet) throw std::bad_alloc();
    const int result = av_read_frame(&context, packet.get());
    if (budget.exceeded()) return time_limit();
    if (result < 0) {
      video.damaged = video.damaged || result != AVERROR_EOF;
      break;
    }
    if (count >= limits.max_packets) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} packets", limits.max_packets));
    }
    if (chosen < 0) chosen = choose(context);
    if (packet->stream_index != chosen || packet->size == 0) continue;
    if (const auto* parser = av_stream_get_parser(context.streams[chosen])) {
      if (const auto error = check_size(parser->coded_width, parser->coded_height, limits)) {
        return tl::unexpected(*error);
      }
    }
    video.damaged = video.damaged || (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
    video.packets.push_back(std::move(packet));
  }
  if (video.packets.empty()) return no_video(context, video);
  const AVStream& stream = *context.streams[chosen];
  if (const auto error = check_size(stream.codecpar->width, stream.codecpar->height, limits)) {
    return tl::unexpected(*error);
  }
  video.parameters.reset(avcodec_parameters_alloc());
  if (!video.parameters || avcodec_parameters_copy(video.parameters.get(), stream.codecpar) < 0) {
    throw std::bad_alloc();
  }
  video.presentation = presentation_of(stream);
  video.time_base = stream.time_base;
  video.timestamp_bits = stream.pts_wrap_bits;
  return video;
}

}  // namespace staydown::media
