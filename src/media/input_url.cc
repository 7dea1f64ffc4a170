#include "media/input_url.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

#include "media/allow_list.h"
#include "media/av_ptr.h"

namespace staydown::media {
namespace {

// What HLS reads and what encryption, redirects and TLS need for it. Audio renditions are opened
// with the playlist, though never decoded.
constexpr char kHttpProtocols[] = "http,https,tcp,tls,crypto";
constexpr char kPlaylistDemuxers[] = "hls,mpegts,mov,aac,mp3,ac3,eac3";

struct Scheme {
  std::string_view name;
  InputKind kind;
  const char* needs;  // FFmpeg's protocol behind it
  const char* protocols;
};

constexpr std::array kSchemes = {
    Scheme{"http", InputKind::kHttp, "http", kHttpProtocols},
    Scheme{"https", InputKind::kHttp, "https", kHttpProtocols},
    Scheme{"rtmp", InputKind::kRtmp, "rtmp", "rtmp,tcp"},
    Scheme{"rtmps", InputKind::kRtmp, "rtmps", "rtmps,tls,tcp"},
    Scheme{"rtsp", InputKind::kRtsp, "tcp", "tcp,rtp,udp"},
    Scheme{"rtsps", InputKind::kRtsp, "tls", "tls,tcp,rtp,srtp,udp"},
    Scheme{"srt", InputKind::kSrt, "srt", "srt"},
};

bool ffmpeg_has(std::string_view protocol) {
  void* iterator = nullptr;
  while (const char* name = avio_enum_protocols(&iterator, 0)) {
    if (name == protocol) return true;
  }
  return false;
}

std::string demuxers_for(InputKind kind) {
  switch (kind) {
    case InputKind::kPlaylist:
      return kPlaylistDemuxers;
    case InputKind::kHttp:
      return fmt::format("{},{}", kMediaDemuxers, kPlaylistDemuxers);
    case InputKind::kRtsp:
      return "rtsp";
    default:
      return kMediaDemuxers;
  }
}

// `url` without "user:password@".
std::string without_credentials(const std::string& url, std::size_t authority) {
  const auto end = std::min(url.find_first_of("/?#", authority), url.size());
  const auto at = url.rfind('@', end);
  if (at == std::string::npos || at < authority) return url;
  return url.substr(0, authority) + url.substr(at + 1);
}

bool ends_with_m3u8(std::string path) {
  std::transform(path.begin(), path.end(), path.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return path.ends_with(".m3u8");
}

InputUrl local(const std::string& path, const std::string& name) {
  const auto kind = ends_with_m3u8(path) ? InputKind::kPlaylist : InputKind::kFile;
  const auto protocols =
      kind == InputKind::kPlaylist ? fmt::format("file,{}", kHttpProtocols) : "file";
  // The prefix keeps FFmpeg from reading a protocol into a path such as "concat:a|b".
  return {kind, "file:" + path, name, protocols, demuxers_for(kind)};
}

}  // namespace

Result<InputUrl> parse_input(const std::string& input) {
  if (input == "-") return InputUrl{InputKind::kStdin, "", "stdin", "", kMediaDemuxers};
  const auto colon = input.find("://");
  if (colon == std::string::npos) return local(input, input);

  std::string scheme = input.substr(0, colon);
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (scheme == "file") return local(input.substr(colon + 3), input);
  const auto name = without_credentials(input, colon + 3);
  for (const auto& known : kSchemes) {
    if (known.name != scheme || !ffmpeg_has(known.needs)) continue;
    return InputUrl{known.kind, input, name, known.protocols, demuxers_for(known.kind)};
  }
  std::vector<std::string_view> available;
  for (const auto& known : kSchemes) {
    if (ffmpeg_has(known.needs)) available.push_back(known.name);
  }
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("{}: protocol \"{}\" is not available; use a file, - for stdin, or one of {}",
                  name, scheme, fmt::join(available, ", ")));
}

}  // namespace staydown::media
