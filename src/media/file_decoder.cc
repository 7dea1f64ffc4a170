#include "media/file_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "media/allow_list.h"
#include "media/decoder.h"
#include "media/limits.h"
#include "media/packet_times.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;

// H.264 and HEVC reorder by at most 16 frames.
constexpr std::size_t kReorderedPackets = 32;

constexpr std::size_t kMostBytesAhead = 256U << 20U;

}  // namespace

Result<std::unique_ptr<FileDecoder>> FileDecoder::open(const std::string& path, Decode decode) {
  auto input = parse_input(path);
  if (!input) return tl::unexpected(std::move(input.error()));
  if (input->kind != InputKind::kFile) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: a reference is read from a file; save the video first", path));
  }
  std::unique_ptr<FileDecoder> file(new FileDecoder(decode));
  file->path_ = path;
  auto opened = open_media(*input, file->interrupt_, EditLists::kHonour);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  file->media_ = *std::move(opened);
  AVFormatContext& context = *file->media_.context;
  // Finds the duration of a transport stream and the streams of FLV. Decodes with allowed codecs
  // only; what cannot be decoded is not an error here.
  avformat_find_stream_info(&context, nullptr);
  auto video = video_stream_of(context, path);
  if (!video) return tl::unexpected(std::move(video.error()));
  file->stream_ = *video;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i] != file->stream_) context.streams[i]->discard = AVDISCARD_ALL;
  }
  file->presentation_ = presentation_of(*file->stream_);
  return file->start_decoder().and_then([&] { return file->find_first_shown(); }).map([&] {
    return std::move(file);
  });
}

MediaTime FileDecoder::duration() const {
  const auto& context = *media_.context;
  if (context.duration <= 0) return 0s;
  if (context.duration_estimation_method == AVFMT_DURATION_FROM_PTS) {
    return MediaTime(context.duration);
  }
  // Headers count from 0, even where nothing is shown at first.
  const auto silence = in_media_time(first_shown_, stream_->time_base);
  return MediaTime(context.duration) -
         std::clamp<MediaTime>(silence, 0s, MediaTime(context.duration));
}

Result<void> FileDecoder::start_decoder() {
  const AVCodecParameters& parameters = *stream_->codecpar;
  const AVCodec* codec = avcodec_find_decoder_by_name(Decoder::name_for(parameters.codec_id));
  decoder_.reset(avcodec_alloc_context3(codec));
  frame_.reset(av_frame_alloc());
  decoder_->max_pixels = SegmentLimits{}.max_pixels;
  decoder_->pkt_timebase = stream_->time_base;
  if (decode_ == Decode::kKeyframes) {
    decoder_->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;  // a keyframe needs no other frame
    decoder_->thread_count = 1;                       // frames do not overlap
    access_units_.emplace(parameters);
  } else {
    decoder_->thread_count = 0;
  }
  int code = avcodec_parameters_to_context(decoder_.get(), &parameters);
  if (code >= 0) code = avcodec_open2(decoder_.get(), codec, nullptr);
  if (code >= 0) return {};
  return fail(ErrorCode::kUnsupportedCodec,
              fmt::format("{}: {} cannot be decoded: {}", path_,
                          avcodec_get_name(parameters.codec_id), av_error_text(code)));
}

Result<void> FileDecoder::find_first_shown() {
  first_shown_ = std::numeric_limits<std::int64_t>::max();
  for (std::size_t shown = 0; shown < kReorderedPackets;) {
    auto packet = read();
    if (!packet) return tl::unexpected(std::move(packet.error()));
    if (!*packet) break;
    if (((*packet)->flags & AV_PKT_FLAG_DISCARD) == 0) {
      first_shown_ = std::min(first_shown_, (*packet)->pts);
      ++shown;
    }
    ahead_.push_back(*std::move(packet));
  }
  if (first_shown_ == std::numeric_limits<std::int64_t>::max()) first_shown_ = 0;
  if (ahead_.empty()) return fail(ErrorCode::kNoVideo, fmt::format("{}: no video", path_));
  return {};
}

// Clocks that change make seeking by time useless, so a transport stream is read from its start
// (0.7 s for each 1000 s of 1080p); the other containers jump close to `time`.
Result<void> FileDecoder::seek(MediaTime time) {
  time = std::min<MediaTime>(time, std::chrono::years(100));
  if ((media_.context->iformat->flags & AVFMT_TS_DISCONT) == 0) {
    const auto target =
        av_rescale_q(time.count(), kMicroseconds, stream_->time_base) + first_shown_;
    if (avformat_seek_file(media_.context.get(), stream_->index,
                           std::numeric_limits<std::int64_t>::min(), target, target, 0) >= 0) {
      ahead_.clear();
    }
  }
  std::deque<AVPacketPtr> group;  // from the last keyframe at or before `time`
  for (std::size_t bytes = 0; bytes < kMostBytesAhead;) {
    auto packet = take();
    if (!packet) return tl::unexpected(std::move(packet.error()));
    if (!*packet) break;
    const bool key = ((*packet)->flags & AV_PKT_FLAG_KEY) != 0;
    const bool later = time_of((*packet)->pts) > time;
    if (key && !later) {
      group.clear();
      bytes = 0;
    }
    bytes += static_cast<std::size_t>((*packet)->size);
    group.push_back(*std::move(packet));
    if (key && later) break;
  }
  std::move(ahead_.begin(), ahead_.end(), std::back_inserter(group));
  ahead_ = std::move(group);
  return {};
}

Result<std::optional<FileDecoder::Shown>> FileDecoder::next() {
  while (true) {
    const int code = avcodec_receive_frame(decoder_.get(), frame_.get());
    if (code >= 0) {
      if (frame_->best_effort_timestamp == AV_NOPTS_VALUE) continue;
      decoded_any_ = true;
      const auto time = time_of(frame_->best_effort_timestamp);
      if (time < 0s) continue;  // before what a player shows
      return Shown{frame_.get(), time};
    }
    if (draining_ && !ended_) {  // between keyframes, whose order of output says nothing otherwise
      avcodec_flush_buffers(decoder_.get());
      draining_ = false;
    }
    if (ended_) {
      if (decoded_any_) return std::nullopt;
      return fail(ErrorCode::kDecodeFailed,
                  fmt::format("{}: no frame could be decoded; is the file damaged?", path_));
    }
    auto packet = take();
    if (!packet) return tl::unexpected(std::move(packet.error()));
    if (!*packet) {
      avcodec_send_packet(decoder_.get(), nullptr);
      ended_ = true;
    } else if (decode_ == Decode::kEveryFrame) {
      avcodec_send_packet(decoder_.get(), packet->get());  // of a damaged one nothing comes out
    } else if (is_keyframe(**packet)) {
      avcodec_send_packet(decoder_.get(), packet->get());
      avcodec_send_packet(decoder_.get(), nullptr);
      draining_ = true;
    }
  }
}

bool FileDecoder::is_keyframe(const AVPacket& packet) const {
  const ByteSpan bytes(packet.data, static_cast<std::size_t>(packet.size));
  const bool marked = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  return access_units_->kind_of(bytes, marked) == FrameKind::kKey;
}

Result<AVPacketPtr> FileDecoder::take() {
  if (ahead_.empty()) return read();
  auto packet = std::move(ahead_.front());
  ahead_.pop_front();
  return packet;
}

Result<AVPacketPtr> FileDecoder::read() {
  AVPacketPtr packet(av_packet_alloc());
  while (true) {
    const int code = av_read_frame(media_.context.get(), packet.get());
    if (code == AVERROR(EAGAIN)) continue;
    if (code == AVERROR_EOF) return nullptr;
    if (code < 0) return tl::unexpected(media_error(path_, code, interrupt_));
    if (packet->stream_index == stream_->index) {
      remove_implausible_times(*packet, stream_->time_base);
      if (packet->pts == AV_NOPTS_VALUE) packet->pts = packet->dts;
      if (packet->pts != AV_NOPTS_VALUE) {
        keep_one_clock(*packet);
        return packet;
      }
    }
    av_packet_unref(packet.get());
  }
}

void FileDecoder::keep_one_clock(AVPacket& packet) {
  if ((media_.context->iformat->flags & AVFMT_TS_DISCONT) == 0) return;
  if (packet.dts == AV_NOPTS_VALUE) return;
  if (clock_) {
    const auto step = packet.dts + clock_change_ - *clock_;
    const auto longest = av_rescale_q(kLongestPause.count(), kMicroseconds, stream_->time_base);
    if (step < 0 || step > longest)
      clock_change_ += std::max<std::int64_t>(packet.duration, 1) - step;
  }
  packet.dts += clock_change_;
  packet.pts += clock_change_;
  clock_ = packet.dts;
}

MediaTime FileDecoder::time_of(std::int64_t pts) const {
  return in_media_time(pts - first_shown_, stream_->time_base);
}

}  // namespace staydown::media
