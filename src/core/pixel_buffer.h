// Pixel storage from a per-thread pool, so that the hot path does not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace staydown {

// Owns `size` bytes, not initialised. On destruction the storage goes to the free list of the
// thread that destroys it; the list holds a few buffers only, the rest is freed. Move-only; not
// thread-safe.
class PixelBuffer {
 public:
  PixelBuffer() = default;
  explicit PixelBuffer(std::size_t size);
  ~PixelBuffer();
  PixelBuffer(PixelBuffer&& other) noexcept;
  PixelBuffer& operator=(PixelBuffer&& other) noexcept;

  std::uint8_t* data() { return storage_.get(); }
  const std::uint8_t* data() const { return storage_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<std::uint8_t[]> storage_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace staydown
