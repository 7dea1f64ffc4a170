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

// `url` without "user:password@" and without its query, which may hold tokens and passphrases.
std::string without_secrets(const std::string& url, std::size_t authority) {
  const auto shown = url.substr(0, url.find_first_of("?#", authority));
  const auto at = shown.rfind('@', std::min(shown.find('/', authority), shown.size()));
  if (at == std::string::npos || at < authority) return shown;
  return shown.substr(0, authority) + shown.substr(at + 1);
}

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The prefix keeps FFmpeg from reading a protocol into a path such as "concat:a|b".
InputUrl local(InputKind kind, const std::string& path, const std::string& name) {
  const auto protocols =
      kind == InputKind::kPlaylist ? fmt::format("file,{}", kHttpProtocols) : "file";
  return {kind, "file:" + path, name, protocols, demuxers_for(kind)};
}

InputUrl local(const std::string& path, const std::string& name) {
  return local(is_playlist(path) ? InputKind::kPlaylist : InputKind::kFile, path, name);
}

}  // namespace

bool is_playlist(const std::string& path) { return in_lower_case(path).ends_with(".m3u8"); }

InputUrl media_file(const std::string& path) { return local(InputKind::kFile, path, path); }

Result<InputUrl> parse_input(const std::string& input) {
  if (input == "-") return InputUrl{InputKind::kStdin, "", "stdin", "", kMediaDemuxers};
  const auto colon = input.find("://");
  if (colon == std::string::npos) return local(input, input);

  const auto scheme = in_lower_case(input.substr(0, colon));
  if (scheme == "file") return local(input.substr(colon + 3), input);
  const auto name = without_secrets(input, colon + 3);
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
