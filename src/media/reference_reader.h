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

enum class ReferencePass : std::uint8_t { kKeyframes, kFull };

struct ReferenceReadOptions {
  ReferencePass pass = ReferencePass::kKeyframes;
  MediaTime step = std::chrono::milliseconds(250);  // kFull: at most one frame per step
  std::optional<Interval> interval;                 // only this part of the file
  bool rgb = false;
};

// Pulls frames one at a time, so that a two-hour file never is in memory. Not thread-safe.
class ReferenceReader {
 public:
  static Result<ReferenceReader> open(const std::string& path, ReferenceReadOptions options);
  ~ReferenceReader();
  ReferenceReader(ReferenceReader&&) noexcept;
  ReferenceReader& operator=(ReferenceReader&&) noexcept;

  MediaTime duration() const;  // of the whole file; 0 if the container does not say

  // The next frame, times counted from the file's first frame; nullopt at the end.
  Result<std::optional<Frame>> next();

 private:
  class Impl;
  explicit ReferenceReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::media
