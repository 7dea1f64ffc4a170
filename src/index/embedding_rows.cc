#include "index/embedding_rows.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/utils/distances.h>

#include <algorithm>

#include "index/hamming.h"

// OpenBLAS's, if that is the BLAS.
extern "C" [[gnu::weak]] void openblas_set_num_threads(int threads);

namespace staydown::index {
namespace {

// Two ways to sum 4096 products of a unit vector's floats differ by less than this.
constexpr float kRounding = 1e-4F;

// However few the queries are, as one product of matrices: Debian's FAISS sums them without SIMD
// otherwise. On the thread that asks, since every thread of a worker does; with a buffer for the
// queries of a segment and not for 4096.
void let_faiss_multiply_matrices() {
  static const bool done = [] {
    faiss::distance_compute_blas_threshold = 1;
    faiss::distance_compute_blas_query_bs = 128;
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

EmbeddingRows::EmbeddingRows(std::span<const Embedding* const> rows)
    : row_size_(rows.empty() ? 0 : rows.front()->size()) {
  if (rows.size() > kExactEmbeddings) {
    std::vector<Sketch> sketches;
    sketches.reserve(rows.size());
    for (const Embedding* row : rows) sketches.push_back(sketch_of(*row));
    sketches_.emplace(sketches, list_layout_for(rows.size()));
    return;
  }
  matrix_ = std::make_unique<faiss::IndexFlatIP>(static_cast<faiss::Index::idx_t>(row_size_));
  for (const Embedding* row : rows) matrix_->add(1, row->floats().data());
}
EmbeddingRows::~EmbeddingRows() = default;
EmbeddingRows::EmbeddingRows(EmbeddingRows&&) noexcept = default;
EmbeddingRows& EmbeddingRows::operator=(EmbeddingRows&&) noexcept = default;

std::size_t EmbeddingRows::bytes() const {
  return matrix_ ? matrix_->codes.size() : sketches_->bytes();
}

std::vector<NearRow> EmbeddingRows::near(std::span<const EmbeddingQuery> queries) const {
  if (queries.empty()) return {};
  if (matrix_) return near_exactly(queries);
  std::vector<NearRow> near;
  std::vector<EstimatedRow> found;
  for (std::uint32_t query = 0; query < queries.size(); ++query) {
    found.clear();
    sketches_->search(query_of(*queries[query].embedding, queries[query].radius), found);
    for (const auto& [row, estimate] : found) near.push_back({query, row, estimate});
  }
  return near;
}

std::vector<NearRow> EmbeddingRows::near_exactly(std::span<const EmbeddingQuery> queries) const {
  let_faiss_multiply_matrices();
  std::vector<float> vectors(queries.size() * row_size_);
  float widest = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    to_floats(queries[i].embedding->halves(), std::span(vectors).subspan(i * row_size_, row_size_));
    widest = std::max(widest, queries[i].radius);
  }
  std::vector<NearRow> near;
  const auto count = static_cast<faiss::Index::idx_t>(queries.size());
  faiss::RangeSearchResult found(count);
  matrix_->range_search(count, vectors.data(), 1.0F - widest - kRounding, &found);
  for (std::uint32_t query = 0; query < queries.size(); ++query) {
    const float least = 1.0F - queries[query].radius - kRounding;
    for (std::size_t i = found.lims[query]; i < found.lims[query + 1]; ++i) {
      if (found.distances[i] < least) continue;
      near.push_back(
          {query, static_cast<std::uint32_t>(found.labels[i]), 1.0F - found.distances[i]});
    }
  }
  return near;
}

}  // namespace staydown::index
