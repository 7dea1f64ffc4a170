// The embeddings of one block, searched exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/descriptor.h"

namespace faiss {
struct IndexFlatIP;
}

namespace staydown::index {

// Rows of one size. Immutable after the last `add`; then thread-safe.
class EmbeddingRows {
 public:
  explicit EmbeddingRows(std::size_t size);
  ~EmbeddingRows();
  EmbeddingRows(EmbeddingRows&&) noexcept;
  EmbeddingRows& operator=(EmbeddingRows&&) noexcept;

  void add(const Embedding& embedding);  // becomes the next row

  std::size_t size() const;  // floats in a row
  // Rows at a distance of at most `radius`, give or take the last bits of a float; in any order.
  std::vector<std::uint32_t> near(const Embedding& query, float radius) const;

 private:
  std::unique_ptr<faiss::IndexFlatIP> index_;
};

}  // namespace staydown::index
