#include "media/memory_input.h"

#include <algorithm>
#include <cstdio>
#include <new>

namespace staydown::media {
namespace {

constexpr int kBufferSize = 32 * 1024;  // FFmpeg's own default for files

}  // namespace

MemoryInput::MemoryInput(ByteSpan head, ByteSpan body, const CpuBudget& budget)
    : parts_{head, body}, size_(head.size() + body.size()), budget_(budget) {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferSize));
  if (buffer != nullptr) {
    io_.reset(avio_alloc_context(buffer, kBufferSize, 0, this, &read, nullptr, &seek));
    if (!io_) av_free(buffer);
  }
  if (!io_) throw std::bad_alloc();
}

int MemoryInput::read(void* self, std::uint8_t* to, int size) {
  auto& input = *static_cast<MemoryInput*>(self);
  if (input.budget_.exceeded()) return AVERROR_EXIT;
  const std::size_t head = input.parts_[0].size();
  const bool in_head = input.position_ < head;
  const ByteSpan rest = in_head ? input.parts_[0].subspan(input.position_)
                                : input.parts_[1].subspan(input.position_ - head);
  if (rest.empty()) return AVERROR_EOF;
  const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(std::max(size, 0)));
  std::copy_n(rest.data(), count, to);
  input.position_ += count;
  return static_cast<int>(count);
}

std::int64_t MemoryInput::seek(void* self, std::int64_t offset, int whence) {
  auto& input = *static_cast<MemoryInput*>(self);
  const auto size = static_cast<std::int64_t>(input.size_);
  std::int64_t base = 0;
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      base = static_cast<std::int64_t>(input.position_);
      break;
    case SEEK_END:
      base = size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < -base || offset > size - base) return AVERROR(EINVAL);
  input.position_ = static_cast<std::size_t>(base + offset);
  return base + offset;
}

}  // namespace staydown::media
