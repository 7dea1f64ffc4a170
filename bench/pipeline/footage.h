// Encoded segments of one stream, held in memory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/segment.h"

namespace staydown::bench {

struct Footage {
  std::string name;
  std::vector<Segment> segments;  // in order, from 0 s on, all of the same duration
  MediaTime duration{};

  // Segment `number` of a stream that repeats the footage without end; the bytes are copied.
  Segment segment(const StreamId& stream, std::size_t number) const;
};

// Reads every file of the folder, in order of name, as a segment of `length`. Throws
// std::runtime_error if there is none.
Footage load_footage(const std::filesystem::path& folder, MediaTime length);

}  // namespace staydown::bench
