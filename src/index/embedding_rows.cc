#include "index/embedding_rows.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/utils/distances.h>

#include <algorithm>

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

EmbeddingRows::EmbeddingRows(std::size_t size)
    : index_(std::make_unique<faiss::IndexFlatIP>(static_cast<faiss::Index::idx_t>(size))) {}
EmbeddingRows::~EmbeddingRows() = default;
EmbeddingRows::EmbeddingRows(EmbeddingRows&&) noexcept = default;
EmbeddingRows& EmbeddingRows::operator=(EmbeddingRows&&) noexcept = default;

void EmbeddingRows::add(const Embedding& embedding) { index_->add(1, embedding.floats().data()); }

std::size_t EmbeddingRows::size() const { return static_cast<std::size_t>(index_->d); }

std::vector<NearRow> EmbeddingRows::near(std::span<const EmbeddingQuery> queries) const {
  std::vector<NearRow> near;
  if (queries.empty()) return near;
  let_faiss_multiply_matrices();
  std::vector<float> vectors(queries.size() * size());
  float widest = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    to_floats(queries[i].embedding->halves(), std::span(vectors).subspan(i * size(), size()));
    widest = std::max(widest, queries[i].radius);
  }
  const auto count = static_cast<faiss::Index::idx_t>(queries.size());
  faiss::RangeSearchResult found(queries.size());
  index_->range_search(count, vectors.data(), 1.0F - widest - kRounding, &found);
  for (std::uint32_t query = 0; query < queries.size(); ++query) {
    const float least = 1.0F - queries[query].radius - kRounding;
    for (std::size_t i = found.lims[query]; i < found.lims[query + 1]; ++i) {
      if (found.distances[i] < least) continue;
      near.push_back({query, static_cast<std::uint32_t>(found.labels[i])});
    }
  }
  return near;
}

}  // namespace staydown::index
