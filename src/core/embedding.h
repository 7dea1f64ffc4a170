// What a learned model makes of a picture, as it is kept: half floats that copies share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

namespace staydown {

// IEEE 754 binary16: 11 significant bits, so a unit vector's products are right to a thousandth.
using Half = std::uint16_t;

// To the nearest, ties to even; beyond 65504 to infinity. Sizes must agree.
void to_halves(std::span<const float> floats, std::span<Half> halves);
void to_floats(std::span<const Half> halves, std::span<float> floats);

// Sum of the products, in single precision. Sizes must agree.
float dot(std::span<const Half> a, std::span<const Half> b);

// L2-normalised vector of a learned model. All embeddings that meet have the same model and size.
//
// An immutable value; copies share the numbers, which may lie in a mapped file. Thread-safe.
class Embedding {
 public:
  Embedding() = default;  // of no numbers
  explicit Embedding(std::span<const float> floats);
  Embedding(std::initializer_list<float> floats);
  // `size` numbers from `data` on, which keeps them alive.
  Embedding(std::shared_ptr<const Half> data, std::size_t size)
      : data_(std::move(data)), size_(static_cast<std::uint32_t>(size)) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const Half> halves() const { return {data_.get(), size_}; }
  std::vector<float> floats() const;

  bool operator==(const Embedding& other) const;  // number by number

 private:
  std::shared_ptr<const Half> data_;
  std::uint32_t size_ = 0;
};

}  // namespace staydown
