#include "support/synthetic_video.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "media/av_ptr.h"
#include "media/ffmpeg_process.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

// x265 3.5 leaks what it parses from x265-params; LeakSanitizer reads this.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libx265";
}

namespace staydown::support {
namespace {

using media::AVCodecContextPtr;
using media::AVCodecParametersPtr;
using media::AVFramePtr;
using media::AVOutputContextPtr;
using media::AVPacketPtr;
using media::SwsContextPtr;

constexpr AVRational kTicks = {1, 90'000};
constexpr int kAudioRate = 48'000;

int check(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error(what + ": " + media::av_error_text(result));
  return result;
}

const char* encoder_name(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return "libx264";
    case Codec::kHevc:
      return "libx265";
    case Codec::kVp8:
      return "libvpx";
    case Codec::kVp9:
      return "libvpx-vp9";
    case Codec::kAv1:
      return "libaom-av1";
    case Codec::kMpeg4:
      return "mpeg4";
    case Codec::kMpeg2:
      return "mpeg2video";
  }
  return "";
}

const char* muxer_name(Container container) {
  switch (container) {
    case Container::kMpegTs:
      return "mpegts";
    case Container::kMp4:
    case Container::kFragmentedMp4:
      return "mp4";
    case Container::kMatroska:
      return "matroska";
    case Container::kWebm:
      return "webm";
    case Container::kFlv:
      return "flv";
  }
  return "";
}

bool wants_global_header(Container container) { return container != Container::kMpegTs; }

// Options of the fastest setting of each encoder, with exactly the keyframes of the specification.
std::vector<std::pair<std::string, std::string>> encoder_options(const VideoSpec& spec) {
  switch (spec.codec) {
    case Codec::kH264:
      return {
          {"preset", "veryfast"},
          {"crf", "20"},
          {"intra-refresh", spec.intra_refresh ? "1" : "0"},
          {"x264-params", fmt::format("scenecut=0:open-gop={}:bframes={}:b-adapt=0:keyint-min=1{}",
                                      spec.open_gop ? 1 : 0, spec.b_frames,
                                      spec.interlaced ? ":interlaced=1" : "")}};
    case Codec::kHevc:
      return {{"preset", "ultrafast"},
              {"crf", "20"},
              {"x265-params",
               fmt::format("scenecut=0:open-gop={}:bframes={}:b-adapt=0:keyint={}:min-keyint={}:"
                           "pools=none:frame-threads=1:log-level=none",
                           spec.open_gop ? 1 : 0, spec.b_frames, spec.gop, spec.gop)}};
    case Codec::kVp8:
      return {{"deadline", "realtime"}, {"cpu-used", "8"}, {"crf", "10"}, {"auto-alt-ref", "0"}};
    case Codec::kVp9:
      return {{"deadline", "realtime"}, {"cpu-used", "8"}, {"crf", "25"}, {"auto-alt-ref", "0"}};
    case Codec::kAv1:
      return {{"usage", "realtime"}, {"cpu-used", "8"}, {"crf", "25"}};
    case Codec::kMpeg4:
    case Codec::kMpeg2:
      return {};
  }
  return {};
}

struct Packets {
  std::vector<AVPacketPtr> video, audio;  // timestamps in kTicks; audio empty without a track
  AVCodecParametersPtr video_parameters, audio_parameters;
};

void receive_all(AVCodecContext* encoder, std::vector<AVPacketPtr>& packets) {
  while (true) {
    AVPacketPtr packet(av_packet_alloc());
    const int result = avcodec_receive_packet(encoder, packet.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    check(result, "encoding");
    av_packet_rescale_ts(packet.get(), encoder->time_base, kTicks);
    packets.push_back(std::move(packet));
  }
}

AVCodecParametersPtr parameters_of(const AVCodecContext* encoder) {
  AVCodecParametersPtr parameters(avcodec_parameters_alloc());
  check(avcodec_parameters_from_context(parameters.get(), encoder), "codec parameters");
  return parameters;
}

AVCodecContextPtr open_video_encoder(const VideoSpec& spec) {
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder_name(spec.codec));
  if (codec == nullptr) {
    throw std::runtime_error(fmt::format("FFmpeg lacks {}", encoder_name(spec.codec)));
  }
  AVCodecContextPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = spec.width;
  encoder->height = spec.height;
  encoder->pix_fmt = av_get_pix_fmt(spec.pixel_format.c_str());
  encoder->time_base = spec.times.empty() ? AVRational{1, spec.fps} : AVRational{1, 1000};
  encoder->framerate = {spec.fps, 1};
  encoder->gop_size = spec.gop;
  encoder->keyint_min = spec.intra_refresh ? 0 : spec.gop;
  encoder->max_b_frames = spec.b_frames;
  encoder->thread_count = 1;
  encoder->sample_aspect_ratio = {spec.pixel_aspect[0], spec.pixel_aspect[1]};
  encoder->color_range = spec.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  encoder->colorspace = spec.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if (wants_global_header(spec.container)) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (spec.interlaced) encoder->flags |= AV_CODEC_FLAG_INTERLACED_DCT;
  auto options = encoder_options(spec);
  if (spec.kilobits > 0) {
    encoder->bit_rate = spec.kilobits * 1000LL;
    std::erase_if(options, [](const auto& option) { return option.first == "crf"; });
  } else if (spec.codec == Codec::kMpeg4 || spec.codec == Codec::kMpeg2) {
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = 3 * FF_QP2LAMBDA;
  } else if (spec.codec == Codec::kVp8) {
    encoder->bit_rate = 4'000'000;  // libvpx takes it for VP8's upper bound
  }
  AVDictionary* dictionary = nullptr;
  for (const auto& [key, value] : options) {
    av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
  }
  const int opened = avcodec_open2(encoder.get(), codec, &dictionary);
  av_dict_free(&dictionary);
  check(opened, codec->name);
  return encoder;
}

// RGB pictures as frames of the encoder's format.
class FrameMaker {
 public:
  explicit FrameMaker(const AVCodecContext* encoder) : encoder_(encoder) {
    scaler_.reset(sws_getContext(encoder->width, encoder->height, AV_PIX_FMT_RGB24, encoder->width,
                                 encoder->height, encoder->pix_fmt, SWS_BICUBIC | SWS_ACCURATE_RND,
                                 nullptr, nullptr, nullptr));
    if (!scaler_) throw std::runtime_error("swscale cannot make this pixel format");
    const int* matrix =
        sws_getCoefficients(encoder->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    sws_setColorspaceDetails(scaler_.get(), matrix, 1, matrix,
                             encoder->color_range == AVCOL_RANGE_JPEG ? 1 : 0, 0, 1 << 16, 1 << 16);
  }

  AVFramePtr make(const Image& rgb) const {
    AVFramePtr frame(av_frame_alloc());
    frame->format = encoder_->pix_fmt;
    frame->width = encoder_->width;
    frame->height = encoder_->height;
    check(av_frame_get_buffer(frame.get(), 0), "frame");
    const std::uint8_t* planes[4] = {rgb.pixels.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {rgb.width * 3, 0, 0, 0};
    sws_scale(scaler_.get(), planes, strides, 0, rgb.height, frame->data, frame->linesize);
    return frame;
  }

 private:
  const AVCodecContext* encoder_;
  SwsContextPtr scaler_;
};

Image interlaced_picture(const VideoSpec& spec, MediaTime time) {
  Image woven = picture(spec, time);
  const Image later = picture(spec, time + MediaTime(500'000 / spec.fps));
  for (int y = 1; y < woven.height; y += 2) {
    std::copy_n(later.row(y), woven.width * woven.channels, woven.row(y));
  }
  return woven;
}

std::vector<MediaTime> frame_times(const VideoSpec& spec) {
  if (!spec.times.empty()) return spec.times;
  std::vector<MediaTime> times;
  const MediaTime end = duration_of(spec);
  for (std::int64_t i = 0;; ++i) {
    const MediaTime time(i * 1'000'000 / spec.fps);
    if (time >= end) return times;
    times.push_back(time);
  }
}

void encode_video(const VideoSpec& spec, Packets& packets) {
  const auto encoder = open_video_encoder(spec);
  const FrameMaker maker(encoder.get());
  std::int64_t index = 0;
  for (const MediaTime time : frame_times(spec)) {
    const auto frame =
        maker.make(spec.interlaced ? interlaced_picture(spec, time) : picture(spec, time));
    frame->pts = spec.times.empty() ? index : time.count() / 1000;
    frame->interlaced_frame = frame->top_field_first = spec.interlaced ? 1 : 0;
    frame->sample_aspect_ratio = encoder->sample_aspect_ratio;
    // Native encoders ignore gop_size where they see a cut; VP8, VP9 and AV1 need the request.
    if (!spec.intra_refresh && index % spec.gop == 0 && !spec.open_gop) {
      frame->pict_type = AV_PICTURE_TYPE_I;
    }
    check(avcodec_send_frame(encoder.get(), frame.get()), "encoding");
    receive_all(encoder.get(), packets.video);
    ++index;
  }
  check(avcodec_send_frame(encoder.get(), nullptr), "encoding");
  receive_all(encoder.get(), packets.video);
  packets.video_parameters = parameters_of(encoder.get());
  int position = 0;
  for (const auto& packet : packets.video) {
    if (packet->duration == 0) packet->duration = 90'000 / spec.fps;
    Timestamps stamps{position++, (packet->flags & AV_PKT_FLAG_KEY) != 0,
                      packet->pts + spec.first_timestamp, packet->dts + spec.first_timestamp};
    if (spec.retime) spec.retime(stamps);
    packet->pts = stamps.pts;
    packet->dts = stamps.dts;
  }
}

void encode_silence(const VideoSpec& spec, Packets& packets) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  AVCodecContextPtr encoder(avcodec_alloc_context3(codec));
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->sample_rate = kAudioRate;
  encoder->ch_layout = AV_CHANNEL_LAYOUT_MONO;
  encoder->time_base = {1, kAudioRate};
  encoder->bit_rate = 64'000;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if (wants_global_header(spec.container)) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  check(avcodec_open2(encoder.get(), codec, nullptr), "aac");
  const auto samples =
      static_cast<std::int64_t>(seconds(duration_of(spec)) * static_cast<double>(kAudioRate));
  for (std::int64_t at = 0; at < samples; at += encoder->frame_size) {
    AVFramePtr frame(av_frame_alloc());
    frame->format = encoder->sample_fmt;
    frame->sample_rate = kAudioRate;
    frame->nb_samples = encoder->frame_size;
    check(av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout), "aac");
    check(av_frame_get_buffer(frame.get(), 0), "aac");
    std::fill_n(reinterpret_cast<float*>(frame->data[0]), frame->nb_samples, 0.0F);
    frame->pts = at;
    check(avcodec_send_frame(encoder.get(), frame.get()), "aac");
    receive_all(encoder.get(), packets.audio);
  }
  check(avcodec_send_frame(encoder.get(), nullptr), "aac");
  receive_all(encoder.get(), packets.audio);
  packets.audio_parameters = parameters_of(encoder.get());
  // The encoder begins before 0 (priming); muxers would shift what follows the first such packet.
  const std::int64_t shift =
      spec.first_timestamp - std::min<std::int64_t>(packets.audio[0]->pts, 0);
  for (const auto& packet : packets.audio) {
    packet->pts += shift;
    packet->dts += shift;
  }
}

Packets encode_packets(const VideoSpec& spec) {
  media::set_up_ffmpeg();  // encoders write to stderr, too
  Packets packets;
  encode_video(spec, packets);
  if (spec.audio) encode_silence(spec, packets);
  return packets;
}

// A muxer that writes into memory.
class Muxer {
 public:
  Muxer(const VideoSpec& spec, const Packets& packets) {
    AVFormatContext* context = nullptr;
    check(avformat_alloc_output_context2(&context, nullptr, muxer_name(spec.container), nullptr),
          "muxer");
    context_.reset(context);
    context_->flags |= AVFMT_FLAG_BITEXACT;
    AVStream* video = add_stream(*packets.video_parameters);
    video->sample_aspect_ratio = {spec.pixel_aspect[0], spec.pixel_aspect[1]};
    video->avg_frame_rate = {spec.fps, 1};
    if (spec.rotation != 0) {
      auto* matrix = reinterpret_cast<std::int32_t*>(
          av_stream_new_side_data(video, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t)));
      av_display_rotation_set(matrix, spec.rotation);
    }
    if (packets.audio_parameters) add_stream(*packets.audio_parameters);
    check(avio_open_dyn_buf(&context_->pb), "memory");
    AVDictionary* options = nullptr;
    if (spec.container == Container::kFragmentedMp4) {
      av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
    } else if (spec.container == Container::kFlv) {
      av_dict_set(&options, "flvflags", "no_duration_filesize", 0);
    }
    const int result = avformat_write_header(context_.get(), &options);
    av_dict_free(&options);
    check(result, muxer_name(spec.container));
  }
  ~Muxer() {
    std::uint8_t* buffer = nullptr;
    if (context_->pb != nullptr) avio_close_dyn_buf(context_->pb, &buffer);
    av_free(buffer);
  }
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  void write(const AVPacket& packet, int stream) {
    AVPacketPtr copy(av_packet_clone(&packet));
    copy->stream_index = stream;
    av_packet_rescale_ts(copy.get(), kTicks, context_->streams[stream]->time_base);
    check(av_interleaved_write_frame(context_.get(), copy.get()), "muxing");
  }

  // Ends a fragment; gives the bytes written so far.
  std::size_t flush() {
    check(av_interleaved_write_frame(context_.get(), nullptr), "muxing");
    check(av_write_frame(context_.get(), nullptr), "muxing");
    avio_flush(context_->pb);
    return static_cast<std::size_t>(avio_tell(context_->pb));
  }

  Bytes finish() {
    check(av_write_trailer(context_.get()), "muxing");
    std::uint8_t* buffer = nullptr;
    const int size = avio_close_dyn_buf(context_->pb, &buffer);
    context_->pb = nullptr;
    Bytes bytes(buffer, buffer + size);
    av_free(buffer);
    return bytes;
  }

 private:
  AVStream* add_stream(const AVCodecParameters& parameters) {
    AVStream* stream = avformat_new_stream(context_.get(), nullptr);
    check(avcodec_parameters_copy(stream->codecpar, &parameters), "muxer");
    stream->codecpar->codec_tag = 0;
    stream->time_base = kTicks;
    return stream;
  }

  AVOutputContextPtr context_;
};

// Packets of one segment: [first, last) of the video, and the audio of the same time.
struct Group {
  std::size_t first = 0, last = 0, first_audio = 0, last_audio = 0;
  std::int64_t begin = 0, end = 0;  // kTicks
};

std::vector<Group> cut(const Packets& packets, std::int64_t length, bool anywhere) {
  std::vector<Group> groups;
  const auto& video = packets.video;
  std::int64_t begin = video.empty() ? 0 : video[0]->pts;
  Group group{.begin = begin};
  const auto close = [&](std::size_t last, std::int64_t end) {
    group.last = last;
    for (std::size_t i = group.first; i < last;
         ++i) {  // open GOP: frames shown before the keyframe
      group.begin = std::min(group.begin, video[i]->pts);
    }
    if (!groups.empty()) groups.back().end = std::min(groups.back().end, group.begin);
    group.end = end;
    group.last_audio = group.first_audio;
    while (group.last_audio < packets.audio.size() && packets.audio[group.last_audio]->pts < end) {
      ++group.last_audio;
    }
    groups.push_back(group);
    group = {.first = last, .first_audio = group.last_audio, .begin = end};
  };
  std::int64_t end = begin;
  for (std::size_t i = 0; i < video.size(); ++i) {
    const bool key = anywhere || (video[i]->flags & AV_PKT_FLAG_KEY) != 0;
    if (i > group.first && key && video[i]->pts - group.begin >= length) close(i, video[i]->pts);
    end = std::max(end, video[i]->pts + video[i]->duration);
  }
  if (group.first < video.size()) close(video.size(), end);
  return groups;
}

void write_group(Muxer& muxer, const Packets& packets, const Group& group) {
  std::size_t audio = group.first_audio;
  for (std::size_t i = group.first; i < group.last; ++i) {
    while (audio < group.last_audio && packets.audio[audio]->dts <= packets.video[i]->dts) {
      muxer.write(*packets.audio[audio++], 1);
    }
    muxer.write(*packets.video[i], 0);
  }
  while (audio < group.last_audio) muxer.write(*packets.audio[audio++], 1);
}

MediaTime to_media_time(std::int64_t ticks) { return MediaTime(ticks * 100 / 9); }

}  // namespace

Image picture(const VideoSpec& spec, MediaTime time) {
  MediaTime begin{};
  const Part* shown = &spec.parts.front();
  for (const auto& part : spec.parts) {
    shown = &part;
    if (time < begin + part.duration) break;
    begin += part.duration;
  }
  const auto offset =
      MediaTime(std::llround(static_cast<double>((time - begin).count()) * shown->speed));
  Image image = scene_rgb(shown->seed, shown->from + offset, spec.width, spec.height);
  return shown->edit ? shown->edit(image) : std::move(image);
}

MediaTime duration_of(const VideoSpec& spec) {
  MediaTime total{};
  for (const auto& part : spec.parts) total += part.duration;
  return total;
}

Bytes encode(const VideoSpec& spec) {
  const Packets packets = encode_packets(spec);
  Muxer muxer(spec, packets);
  if (spec.container != Container::kFragmentedMp4) {
    for (const auto& group : cut(packets, INT64_MAX, false)) write_group(muxer, packets, group);
    return muxer.finish();
  }
  for (const auto& group : cut(packets, 0, false)) {
    write_group(muxer, packets, group);
    muxer.flush();
  }
  return muxer.finish();
}

void encode_to_file(const VideoSpec& spec, const std::string& path) {
  const Bytes bytes = encode(spec);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::vector<Segment> segments(const VideoSpec& spec, const StreamId& stream, MediaTime length) {
  const Packets packets = encode_packets(spec);
  const auto groups = cut(packets, length.count() * 9 / 100, spec.cut_anywhere);
  std::vector<Segment> result;
  for (const auto& group : groups) {
    Segment segment;
    segment.stream = stream;
    segment.sequence = static_cast<std::int64_t>(result.size());
    segment.start = to_media_time(group.begin - groups.front().begin);
    segment.duration = to_media_time(group.end - group.begin);
    segment.ingested = WallTime(segment.end());
    result.push_back(std::move(segment));
  }
  if (spec.container != Container::kFragmentedMp4) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      Muxer muxer(spec, packets);
      write_group(muxer, packets, groups[i]);
      result[i].bytes = muxer.finish();
    }
    return result;
  }
  Muxer muxer(spec, packets);
  std::vector<std::size_t> ends = {muxer.flush()};
  for (const auto& group : groups) {
    write_group(muxer, packets, group);
    ends.push_back(muxer.flush());
  }
  const Bytes all = muxer.finish();
  const auto at = [&](std::size_t position) {
    return all.begin() + static_cast<std::ptrdiff_t>(position);
  };
  const auto init = std::make_shared<const Bytes>(at(0), at(ends[0]));
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].bytes.assign(at(ends[i]), at(ends[i + 1]));
    result[i].init = init;
  }
  return result;
}

}  // namespace staydown::support
