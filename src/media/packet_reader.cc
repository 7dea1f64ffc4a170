#include "media/packet_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "media/picture_size.h"

namespace staydown::media {
namespace {

// A container without a list of its streams (FLV, RTMP) has shown its video by then.
constexpr int kPacketsWithoutVideo = 2'000;

// Ten rungs with sound reach their second keyframes by then, 2 s later.
constexpr std::size_t kPacketsOfALadder = 1'500;

}  // namespace

Result<std::unique_ptr<PacketReader>> PacketReader::open(const InputUrl& input, Role role,
                                                         Patience patience,
                                                         const std::stop_token& stop) {
  std::unique_ptr<PacketReader> reader(new PacketReader(input, patience.packet));
  reader->arm(stop, patience.connect);
  auto opened = open_media(input, reader->interrupt_, EditLists::kIgnore, role);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  reader->media_ = *std::move(opened);
  reader->measure_ladder();
  const bool lists_its_streams = (reader->media_.context->ctx_flags & AVFMTCTX_NOHEADER) == 0;
  auto chosen = reader->choose_stream();
  if (!chosen && (lists_its_streams || chosen.error().code == ErrorCode::kUnsupportedCodec)) {
    return tl::unexpected(std::move(chosen.error()));
  }
  return reader;
}

Result<AVPacketPtr> PacketReader::next(const std::stop_token& stop) {
  while (!ahead_.empty()) {
    auto packet = std::move(ahead_.front());
    ahead_.pop_front();
    if (packet->stream_index != stream_) continue;
    follow_changes(*packet);
    return packet;
  }
  arm(stop, packet_limit_);
  AVPacketPtr packet(av_packet_alloc());
  for (int others = 0;;) {
    const int code = av_read_frame(media_.context.get(), packet.get());
    if (interrupt_.stopped() || interrupt_.late()) {
      return tl::unexpected(media_error(input_.name, AVERROR_EXIT, interrupt_));
    }
    if (code == AVERROR(EAGAIN)) continue;
    if (is_over(code)) {
      if (stream_ >= 0) return nullptr;
      return fail(ErrorCode::kNoVideo, fmt::format("{}: no video", input_.name),
                  ending_ == Ending::kClosed);
    }
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

bool PacketReader::is_over(int code) {
  const bool http = input_.kind == InputKind::kHttp && !may_rewind() && !is_finite();
  const bool silent = input_.kind == InputKind::kRtmp || input_.kind == InputKind::kRtsp ||
                      input_.kind == InputKind::kSrt;
  // FFmpeg's HTTP gives EIO at the end of a body whose length it was not told.
  const bool closed = (code == AVERROR(EIO) && (http || silent)) || (code == AVERROR_EOF && silent);
  if (closed) ending_ = Ending::kClosed;
  return closed || code == AVERROR_EOF;
}

bool PacketReader::is_finite() const {
  if (may_rewind()) return media_.context->duration > 0;  // a playlist that has its end
  return input_.kind == InputKind::kHttp && avio_size(media_.context->pb) > 0;
}

bool PacketReader::may_rewind() const {
  return std::string_view(media_.context->iformat->name) == "hls";
}

void PacketReader::arm(const std::stop_token& stop, Limit limit) {
  const auto deadline =
      limit ? std::chrono::steady_clock::now() + *limit : Interrupt::Moment::max();
  interrupt_.arm(stop, deadline);
}

// The rungs of a ladder of transport streams say their size only in their first keyframes.
void PacketReader::measure_ladder() {
  const std::span streams(media_.context->streams, media_.context->nb_streams);
  const auto unmeasured = [](const AVStream* stream) {
    return is_readable_video(*stream) && stream->codecpar->height == 0;
  };
  if (std::count_if(streams.begin(), streams.end(), unmeasured) < 2) return;
  while (ahead_.size() < kPacketsOfALadder &&
         std::any_of(streams.begin(), streams.end(), unmeasured)) {
    AVPacketPtr packet(av_packet_alloc());
    if (av_read_frame(media_.context.get(), packet.get()) < 0) return;
    AVStream* stream = media_.context->streams[packet->stream_index];
    if (unmeasured(stream) && (packet->flags & AV_PKT_FLAG_KEY) != 0) {
      find_picture_size(*packet, *stream->codecpar);
    }
    ahead_.push_back(std::move(packet));
  }
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
