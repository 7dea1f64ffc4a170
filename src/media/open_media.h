// Opens the demuxer of an input, with everything closed that the input does not need.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "media/av_ptr.h"
#include "media/descriptor_io.h"
#include "media/input_url.h"
#include "media/interrupt.h"

namespace staydown::media {

enum class EditLists : std::uint8_t { kHonour, kIgnore };

struct OpenedMedia {
  std::unique_ptr<DescriptorIo> io;  // of files and stdin; outlives the context
  AVInputContextPtr context;
};

// Waits for the publisher of an RTMP or SRT stream instead of calling a server.
enum class Role : std::uint8_t { kCall, kListen };

// Reads headers only, decodes nothing. A file or stdin can make FFmpeg open nothing else: no
// protocol is available to it. Blocks until `interrupt`, which must outlive the result, says no.
// Errors: kNotFound, kIo, kUnavailable (retriable), kUnsupportedContainer, kMalformed.
Result<OpenedMedia> open_media(const InputUrl& input, Interrupt& interrupt, EditLists edit_lists,
                               Role role = Role::kCall);

// What FFmpeg's error `code` on `name` means here.
Error media_error(const std::string& name, int code, const Interrupt& interrupt);

// Whether a stream is video of an allowed codec, not a cover picture.
bool is_readable_video(const AVStream& stream);

// The video stream to watch, with an allowed codec: where there are several the default one, of a
// ladder the lowest rung of at least 240 px, as
// far as sizes are known. kNoVideo or kUnsupportedCodec if there is none.
Result<AVStream*> video_stream_of(AVFormatContext& context, const std::string& name);

}  // namespace staydown::media
