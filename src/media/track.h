// The video track that packets belong to: what a container has to say about it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "media/av_ptr.h"

namespace staydown::media {

struct Track {
  std::shared_ptr<const AVCodecParameters> parameters;  // another object when they change
  AVRational time_base = {0, 1};
  AVRational pixel_aspect = {0, 1};                           // 0 where the container has none
  std::optional<std::array<std::int32_t, 9>> display_matrix;  // how a player turns it
};

Track track_of(const AVStream& stream);

}  // namespace staydown::media
