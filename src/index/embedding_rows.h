// The embeddings of one block, laid out for search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "index/inverted_file.h"

namespace faiss {
struct IndexFlatIP;
}

namespace staydown::index {

// Rows that are searched exactly, at most: so many cost about a millisecond for the regions of a
// frame; docs/decisions/0005-index.md.
inline constexpr std::size_t kExactEmbeddings = 4096;

struct EmbeddingQuery {
  const Embedding* embedding = nullptr;
  float radius = 0;  // of its neighbours' distance, at most
};

struct NearRow {
  std::uint32_t query = 0, row = 0;
  float estimate = 0;  // of the distance; at most what largest_estimate() (sketch.h) says
};

// Up to kExactEmbeddings rows are a matrix of FAISS's, beyond they are sketches in an inverted
// file. Immutable and thread-safe.
class EmbeddingRows {
 public:
  // All of one size. They are not kept.
  explicit EmbeddingRows(std::span<const Embedding* const> rows);
  ~EmbeddingRows();
  EmbeddingRows(EmbeddingRows&&) noexcept;
  EmbeddingRows& operator=(EmbeddingRows&&) noexcept;

  std::size_t row_size() const { return row_size_; }  // numbers in a row
  std::size_t bytes() const;

  // Rows that may be within each query's radius, in order of query. Of a matrix those that are,
  // give or take the last bits of a float; of sketches more, and of the nearest all but a few in a
  // thousand (list_layout_for). Queries are of the rows' size; of a matrix, many at once cost a
  // tenth of one at a time.
  std::vector<NearRow> near(std::span<const EmbeddingQuery> queries) const;

 private:
  std::vector<NearRow> near_exactly(std::span<const EmbeddingQuery> queries) const;

  std::size_t row_size_ = 0;
  std::unique_ptr<faiss::IndexFlatIP> matrix_;  // null: sketches
  std::optional<InvertedFile> sketches_;
};

}  // namespace staydown::index
