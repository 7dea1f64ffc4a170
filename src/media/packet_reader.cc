#include "media/packet_reader.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "media/picture_size.h"

namespace staydown::media {
namespace {

// A container without a list of its streams (FLV, RTMP) has shown its video by then.
constexpr int kPacketsWithoutVideo = 2'000;

}  // namespace

Result<std::unique_ptr<PacketReader>> PacketReader::open(
    const InputUrl& input, Role role, std::optional<std::chrono::seconds> patience,
    const std::stop_token& stop) {
  std::unique_ptr<PacketReader> reader(new PacketReader(input, patience));
  if (role == Role::kListen) {
    reader->interrupt_.arm(stop, Interrupt::Moment::max());
  } else {
    reader->arm(stop);
  }
  auto opened = open_media(input, reader->interrupt_, EditLists::kIgnore, role);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  reader->media_ = *std::move(opened);
  const bool lists_its_streams = (reader->media_.context->ctx_flags & AVFMTCTX_NOHEADER) == 0;
  auto chosen = reader->choose_stream();
  if (!chosen && (lists_its_streams || chosen.error().code == ErrorCode::kUnsupportedCodec)) {
    return tl::unexpected(std::move(chosen.error()));
  }
  return reader;
}

Result<AVPacketPtr> PacketReader::next(const std::stop_token& stop) {
  arm(stop);
  AVPacketPtr packet(av_packet_alloc());
  for (int others = 0;;) {
    const int code = av_read_frame(media_.context.get(), packet.get());
    if (interrupt_.stopped() || interrupt_.late()) {
      return tl::unexpected(media_error(input_.name, AVERROR_EXIT, interrupt_));
    }
    if (code == AVERROR(EAGAIN)) continue;
    if (code == AVERROR_EOF && stream_ >= 0) return nullptr;
    if (code == AVERROR_EOF)
      return fail(ErrorCode::kNoVideo, fmt::format("{}: no video", input_.name));
    if (code < 0) return tl::unexpected(media_error(input_.name, code, interrupt_));
    auto chosen = choose_stream();
    if (stream_ >= 0 && packet->stream_index == stream_) {
      follow_changes(*packet);
      return packet;
    }
    if (stream_ < 0 && ++others > kPacketsWithoutVideo) return tl::unexpected(chosen.error());
    av_packet_unref(packet.get());
  }
}

bool PacketReader::may_change_clock() const {
  return (media_.context->iformat->flags & AVFMT_TS_DISCONT) != 0;
}

void PacketReader::arm(const std::stop_token& stop) {
  interrupt_.arm(
      stop, patience_ ? std::chrono::steady_clock::now() + *patience_ : Interrupt::Moment::max());
}

// Streams may come up while packets are read. Once there is video, no other stream is read.
Result<void> PacketReader::choose_stream() {
  if (media_.context->nb_streams == known_streams_) {
    if (stream_ >= 0) return {};
    return fail(ErrorCode::kNoVideo, fmt::format("{}: no video", input_.name));
  }
  known_streams_ = media_.context->nb_streams;
  if (stream_ < 0) {
    auto video = video_stream_of(*media_.context, input_.name);
    if (!video) return tl::unexpected(std::move(video.error()));
    stream_ = (*video)->index;
    track_ = track_of(**video);
  }
  for (unsigned i = 0; i < known_streams_; ++i) {
    if (static_cast<int>(i) != stream_) media_.context->streams[i]->discard = AVDISCARD_ALL;
  }
  return {};
}

// The stream's parameters are complete with its first packet, apart from the size, which some
// demuxers leave to the decoder; later packets bring changes along.
void PacketReader::follow_changes(const AVPacket& packet) {
  if (!std::exchange(started_, true)) track_ = track_of(*media_.context->streams[stream_]);
  std::size_t size = 0;
  const auto* extradata = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
  const auto& known = *track_.parameters;
  const bool reconfigured =
      extradata != nullptr && (size != static_cast<std::size_t>(known.extradata_size) ||
                               std::memcmp(extradata, known.extradata, size) != 0);
  const bool sizable = known.width == 0 && (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (!reconfigured && !sizable) return;

  AVCodecParametersPtr changed(avcodec_parameters_alloc());
  avcodec_parameters_copy(changed.get(), &known);
  if (reconfigured) {
    av_freep(&changed->extradata);
    changed->extradata =
        static_cast<std::uint8_t*>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
    std::memcpy(changed->extradata, extradata, size);
    changed->extradata_size = static_cast<int>(size);
  }
  find_picture_size(packet, *changed);
  if (reconfigured || changed->width > 0) track_.parameters = std::move(changed);
}

}  // namespace staydown::media
