// Recognises the containers that segments may come in, by their first bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "media/memory_input.h"

namespace staydown::media {

enum class Container : std::uint8_t { kMpegTs, kMp4, kMatroska, kFlv };

// nullopt for everything else, playlists and scripts included: FFmpeg is never asked to guess. A
// transport stream may begin in the middle of a packet.
std::optional<Container> container_of(ByteSpan bytes);

// FFmpeg's demuxer, one of kMediaDemuxers.
const char* demuxer_of(Container container);

// What the bytes lack to be read on their own.
enum class Completeness : std::uint8_t { kWhole, kNeedsInit };
Completeness completeness_of(Container container, ByteSpan bytes);

// The part of a self-contained fragmented MP4 that later fragments need: up to its first `moof`.
// Empty if there is no `moov` before a `moof`.
ByteSpan init_part_of_mp4(ByteSpan bytes);

// The first bytes for a message: 23 45 58 54 ("#EXT").
std::string first_bytes(ByteSpan bytes);

}  // namespace staydown::media
