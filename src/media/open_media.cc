#include "media/open_media.h"

#include <fmt/format.h>

#include <string_view>
#include <tuple>
#include <utility>

#include "media/allow_list.h"
#include "media/ffmpeg_process.h"

namespace staydown::media {
namespace {

// Rungs below this height say too little; higher ones cost more and say no more.
constexpr int kLowestUsefulHeight = 240;

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

AVDictionaryPtr options_for(const InputUrl& input, EditLists edit_lists, Role role) {
  AVDictionary* options = nullptr;
  const auto set = [&](const char* key, const char* value) {
    av_dict_set(&options, key, value, 0);
  };
  set("format_whitelist", input.demuxers.c_str());
  set("codec_whitelist", kVideoDecoders);
  if (!input.protocols.empty()) set("protocol_whitelist", input.protocols.c_str());
  if (edit_lists == EditLists::kIgnore) set("ignore_editlist", "1");
  if (role == Role::kListen) set("listen", "1");
  if (role == Role::kListen && input.kind == InputKind::kSrt) set("mode", "listener");
  if (input.kind == InputKind::kHttp) {
    set("reconnect", "1");  // a body of known length is resumed where it broke off
    set("reconnect_delay_max", "10");
  }
  if (input.kind == InputKind::kRtsp) set("rtsp_flags", "prefer_tcp");
  return AVDictionaryPtr(options);
}

Error unsupported_container(const std::string& name, std::string_view found) {
  return {ErrorCode::kUnsupportedContainer,
          fmt::format("{}: {} is not read; convert it to one of {}", name, found,
                      kMediaDemuxersForPeople)};
}

Result<const AVInputFormat*> probe(AVIOContext* io, const std::string& name,
                                   const Interrupt& interrupt) {
  const AVInputFormat* format = nullptr;
  const int code = av_probe_input_buffer2(io, &format, "", nullptr, 0, 0);
  if (code == AVERROR_INVALIDDATA) {
    return tl::unexpected(unsupported_container(name, "a file of unknown format"));
  }
  if (code < 0) return tl::unexpected(media_error(name, code, interrupt));
  if (!is_listed(format->name, kMediaDemuxers)) {
    return tl::unexpected(
        unsupported_container(name, fmt::format("{} ({})", format->long_name, format->name)));
  }
  return format;
}

}  // namespace

Error media_error(const std::string& name, int code, const Interrupt& interrupt) {
  const auto error = [&](ErrorCode kind, std::string_view text, bool retriable) {
    return Error{kind, fmt::format("{}: {}", name, text), retriable};
  };
  if (interrupt.stopped()) return error(ErrorCode::kUnavailable, "stopped", true);
  switch (code) {
    case AVERROR_EXIT:
      return error(ErrorCode::kUnavailable, "nothing received in time", true);
    case AVERROR_INVALIDDATA:
      return error(ErrorCode::kMalformed, "not valid media", true);
    case AVERROR(EINVAL):  // what a demuxer outside format_whitelist gives, too
      return error(ErrorCode::kUnsupportedContainer,
                   fmt::format("not one of {}, or damaged", kMediaDemuxersForPeople), false);
    case AVERROR(ENOENT):
    case AVERROR_HTTP_NOT_FOUND:
      return error(ErrorCode::kNotFound, "not found; is the address right?", true);
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
      return error(ErrorCode::kUnavailable, "access denied; does the address lack credentials?",
                   true);
    default:
      return error(ErrorCode::kUnavailable, av_error_text(code), true);
  }
}

Result<OpenedMedia> open_media(const InputUrl& input, Interrupt& interrupt, EditLists edit_lists,
                               Role role) {
  set_up_ffmpeg();
  OpenedMedia opened;
  const AVInputFormat* format = nullptr;
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return fail(ErrorCode::kInternal, "out of memory");
  AVInputContextPtr owner(context);
  context->interrupt_callback = interrupt.callback();

  if (input.kind == InputKind::kFile || input.kind == InputKind::kStdin) {
    if (input.kind == InputKind::kStdin) {
      opened.io = DescriptorIo::of_stdin(interrupt);
    } else {
      auto io = DescriptorIo::open_file(input.url.substr(std::string_view("file:").size()),
                                        input.name, interrupt);
      if (!io) return tl::unexpected(std::move(io.error()));
      opened.io = *std::move(io);
    }
    auto probed = probe(opened.io->context(), input.name, interrupt);
    if (!probed) return tl::unexpected(std::move(probed.error()));
    format = *probed;
    context->pb = opened.io->context();
    context->io_open = refuse_to_open;
  }

  AVDictionary* options = options_for(input, edit_lists, role).release();
  context = owner.release();  // avformat_open_input frees it on failure
  const int code = avformat_open_input(&context, input.url.c_str(), format, &options);
  av_dict_free(&options);
  if (code < 0) return tl::unexpected(media_error(input.name, code, interrupt));
  opened.context.reset(context);
  return opened;
}

bool is_readable_video(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
         (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0 &&
         is_listed(avcodec_get_name(stream.codecpar->codec_id), kVideoDecoders);
}

Result<AVStream*> video_stream_of(AVFormatContext& context, const std::string& name) {
  const auto rank = [](const AVStream& stream) {
    const int height = stream.codecpar->height;
    const bool too_low = height < kLowestUsefulHeight;
    return std::tuple((stream.disposition & AV_DISPOSITION_DEFAULT) == 0, too_low,
                      too_low ? -height : height);
  };
  AVStream* best = nullptr;
  const char* unsupported = nullptr;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    AVStream* stream = context.streams[i];
    if (is_readable_video(*stream)) {
      if (best == nullptr || rank(*stream) < rank(*best)) best = stream;
    } else if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
               (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) {
      unsupported = avcodec_get_name(stream->codecpar->codec_id);
    }
  }
  if (best != nullptr) return best;
  if (unsupported == nullptr) return fail(ErrorCode::kNoVideo, fmt::format("{}: no video", name));
  return fail(ErrorCode::kUnsupportedCodec,
              fmt::format("{}: video codec {} is not read; convert it to one of {}", name,
                          unsupported, kVideoCodecsForPeople));
}

}  // namespace staydown::media
