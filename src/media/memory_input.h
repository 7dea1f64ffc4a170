// Bytes in memory as FFmpeg's input.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/av_ptr.h"
#include "media/cpu_budget.h"

namespace staydown::media {

using ByteSpan = std::span<const std::uint8_t>;

// Reads `head` and then `body` as if they were one file; seekable. The bytes and the budget must
// outlive it. Reads fail with AVERROR_EXIT once the budget is exceeded, which ends a demuxer that
// searches hostile input without end. Not thread-safe; not movable, since FFmpeg keeps its address.
class MemoryInput {
 public:
  MemoryInput(ByteSpan head, ByteSpan body, const CpuBudget& budget);
  MemoryInput(const MemoryInput&) = delete;
  MemoryInput& operator=(const MemoryInput&) = delete;

  AVIOContext* io() { return io_.get(); }

 private:
  static int read(void* self, std::uint8_t* to, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  std::array<ByteSpan, 2> parts_;
  std::size_t size_;
  std::size_t position_ = 0;
  const CpuBudget& budget_;
  AVIOContextPtr io_;
};

}  // namespace staydown::media
