#include "core/pixel_buffer.h"

#include <algorithm>
#include <vector>

namespace staydown {
namespace {

struct Block {
  std::unique_ptr<std::uint8_t[]> storage;
  std::size_t capacity;
};

// swscale writes whole vectors, of up to 64 bytes, and so past the end of the last row.
constexpr std::size_t kTail = 64;

constexpr std::size_t kMaxFreeBlocks = 32;

std::vector<Block>& free_blocks() {
  thread_local std::vector<Block> blocks;
  return blocks;
}

}  // namespace

PixelBuffer::PixelBuffer(std::size_t size) : size_(size) {
  auto& blocks = free_blocks();
  const auto fits = std::find_if(blocks.rbegin(), blocks.rend(), [&](const Block& block) {
    return block.capacity >= size && block.capacity <= 4 * size;
  });
  if (fits == blocks.rend()) {
    storage_.reset(new std::uint8_t[size + kTail]);
    capacity_ = size;
    return;
  }
  storage_ = std::move(fits->storage);
  capacity_ = fits->capacity;
  blocks.erase(std::next(fits).base());
}

PixelBuffer::~PixelBuffer() {
  if (!storage_) return;
  auto& blocks = free_blocks();
  if (blocks.size() < kMaxFreeBlocks) blocks.push_back({std::move(storage_), capacity_});
}

PixelBuffer::PixelBuffer(PixelBuffer&& other) noexcept { *this = std::move(other); }

PixelBuffer& PixelBuffer::operator=(PixelBuffer&& other) noexcept {
  std::swap(storage_, other.storage_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

}  // namespace staydown
