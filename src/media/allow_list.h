// Which demuxers and decoders may touch foreign media: everything else of FFmpeg stays closed,
// since media is hostile input. Names are FFmpeg's; a demuxer matches if any of its comma-separated
// names is listed (format_whitelist), which is how "mov,mp4,m4a,3gp,3g2,mj2" is meant by "mov".
#pragma once

#include <string_view>

namespace staydown::media {

// Containers of segments and files: MPEG-TS, (fragmented) MP4, Matroska and WebM, FLV.
inline constexpr char kMediaDemuxers[] = "mpegts,mov,matroska,flv,live_flv";

// Video codecs, by decoder: H.264, HEVC, VP8, VP9, AV1, MPEG-4 part 2, MPEG-2.
inline constexpr char kVideoDecoders[] = "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,mpeg2video";

// The same, for people.
inline constexpr char kMediaDemuxersForPeople[] = "MPEG-TS, MP4, Matroska, WebM, FLV";
inline constexpr char kVideoCodecsForPeople[] = "H.264, HEVC, VP8, VP9, AV1, MPEG-4, MPEG-2";

// True if `name`, or one of the comma-separated names in it, is on `list`.
constexpr bool is_listed(std::string_view name, std::string_view list) {
  const auto split = [](std::string_view& rest) {
    const auto comma = rest.find(',');
    const auto head = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    return head;
  };
  while (!name.empty()) {
    const auto one = split(name);
    for (auto rest = list; !rest.empty();) {
      if (split(rest) == one) return true;
    }
  }
  return false;
}

}  // namespace staydown::media
