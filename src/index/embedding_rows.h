// The embeddings of one block, searched exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/descriptor.h"

namespace faiss {
struct IndexFlatIP;
}

namespace staydown::index {

struct EmbeddingQuery {
  const Embedding* embedding = nullptr;
  float radius = 0;  // of its neighbours' distance, at most
};

struct NearRow {
  std::uint32_t query = 0, row = 0;
};

// Rows of one size. Immutable after the last `add`; then thread-safe.
class EmbeddingRows {
 public:
  explicit EmbeddingRows(std::size_t size);
  ~EmbeddingRows();
  EmbeddingRows(EmbeddingRows&&) noexcept;
  EmbeddingRows& operator=(EmbeddingRows&&) noexcept;

  void add(const Embedding& embedding);  // becomes the next row

  std::size_t size() const;  // floats in a row
  // Rows within each query's radius, give or take the last bits of a float; in order of query. Many
  // queries at once cost a tenth of one at a time.
  std::vector<NearRow> near(std::span<const EmbeddingQuery> queries) const;

 private:
  std::unique_ptr<faiss::IndexFlatIP> index_;
};

}  // namespace staydown::index
