// An Embedder without a model, for tests.
#pragma once

#include <cmath>

#include "descriptor/embedder.h"

namespace staydown::support {

// Embeds a picture as its mean colour and its width over its height, L2-normalised; its regions are
// the picture again and again. Fails with kUnavailable when `broken`.
class FakeEmbedder final : public descriptor::Embedder {
 public:
  explicit FakeEmbedder(bool broken = false, std::size_t regions = 1)
      : broken_(broken), regions_(regions) {}

  std::string model() const override { return "mean-colour/1"; }
  std::size_t dimensions() const override { return 4; }
  std::size_t regions() const override { return regions_; }

  Result<std::vector<std::vector<Embedding>>> embed(
      std::span<const Image* const> images) const override {
    if (broken_) return fail(ErrorCode::kUnavailable, "mean-colour/1: device is gone");
    std::vector<std::vector<Embedding>> embeddings;
    for (const Image* image : images) {
      embeddings.emplace_back(regions_, embed(*image));
    }
    return embeddings;
  }

  static Embedding embed(const Image& image) {
    std::vector<float> sums(4, 0.0F);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      sums[i % 3] += static_cast<float>(image.pixels.data()[i]);
    }
    for (float& sum : sums) sum /= static_cast<float>(image.width * image.height) * 255.0F;
    sums[3] = static_cast<float>(image.width) / static_cast<float>(image.height);
    float square = 0;
    for (const float sum : sums) square += sum * sum;
    for (float& sum : sums) sum /= std::sqrt(square);
    return Embedding(sums);
  }

 private:
  bool broken_;
  std::size_t regions_;
};

}  // namespace staydown::support
