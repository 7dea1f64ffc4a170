// What an input named by the user is, and what FFmpeg may open for it.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace staydown::media {

enum class InputKind : std::uint8_t { kFile, kStdin, kPlaylist, kHttp, kRtmp, kRtsp, kSrt };

struct InputUrl {
  InputKind kind = InputKind::kFile;
  std::string url;        // as FFmpeg wants it
  std::string name;       // for messages: the input without user, password and query
  std::string protocols;  // that may be opened, comma separated
  std::string demuxers;   // that may run, comma separated
};

// True for a path that is opened as a playlist, which has other files and URLs opened.
bool is_playlist(const std::string& path);

// A path to one file of media, whatever it is called.
InputUrl media_file(const std::string& path);

// "-", file://..., http(s)://..., rtmp(s)://..., rtsp(s)://..., srt://...; anything without a
// scheme is a path, and a path that ends in .m3u8 a playlist. kInvalidArgument for a protocol that
// is not supported or that the local FFmpeg lacks; the message names those available.
Result<InputUrl> parse_input(const std::string& input);

}  // namespace staydown::media
