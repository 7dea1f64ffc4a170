// A stream's file, cut into segments once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/segment_source.h"

namespace staydown::bench {

// What a scan of the file would be given, media that could not be used included.
using Recording = std::vector<Result<Segment>>;

// Throws std::runtime_error if the file cannot be opened, or holds no segment.
Recording record(const std::string& file, const StreamId& stream);

// Plays it once; `recording` must outlive the source.
std::unique_ptr<SegmentSource> play(const Recording& recording);

}  // namespace staydown::bench
