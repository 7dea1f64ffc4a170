// Reads a reference video from a file, for the bank: any length, edit lists honoured.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/frame.h"
#include "core/result.h"

namespace staydown::media {

// kKeyframes decodes nothing else, so it is fast; a short interval may hold none.
enum class ReferencePass : std::uint8_t { kKeyframes, kFull };

struct ReferenceReadOptions {
  ReferencePass pass = ReferencePass::kKeyframes;
  MediaTime step = std::chrono::milliseconds(250);  // kFull: at most one frame per step
  std::optional<Interval> interval = {};                // only this part of the file
  bool rgb = false;
};

// Pulls frames one at a time, so that a two-hour file never is in memory. Decodes on all cores that
// the process may use. Damaged stretches are left out. Not thread-safe.
class ReferenceReader {
 public:
  // Errors: kNotFound, kIo, kUnsupportedContainer, kMalformed, kNoVideo, kUnsupportedCodec, and
  // kInvalidArgument for what is not a file or an empty interval.
  static Result<ReferenceReader> open(const std::string& path, ReferenceReadOptions options);
  ~ReferenceReader();
  ReferenceReader(ReferenceReader&&) noexcept;
  ReferenceReader& operator=(ReferenceReader&&) noexcept;

  MediaTime duration() const;  // of the whole file; 0 if the container does not say

  // The next frame, times counted from the first frame that a player shows; nullopt at the end.
  // kFull gives the first frame of each step, steps being counted from 0. kDecodeFailed at the end
  // if nothing could be decoded.
  Result<std::optional<Frame>> next();

 private:
  class Impl;
  explicit ReferenceReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The frame that a player shows at `time`: the last one at or before it, with luma and rgb. nullopt
// before the first frame; after the end it is the last one. Errors as above.
Result<std::optional<Frame>> frame_at(const std::string& path, MediaTime time);

}  // namespace staydown::media
