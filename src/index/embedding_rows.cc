#include "index/embedding_rows.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/AuxIndexStructures.h>

namespace staydown::index {
namespace {

// Two ways to sum 4096 products of a unit vector's floats differ by less than this.
constexpr float kRounding = 1e-4F;

}  // namespace

EmbeddingRows::EmbeddingRows(std::size_t size)
    : index_(std::make_unique<faiss::IndexFlatIP>(static_cast<faiss::Index::idx_t>(size))) {}
EmbeddingRows::~EmbeddingRows() = default;
EmbeddingRows::EmbeddingRows(EmbeddingRows&&) noexcept = default;
EmbeddingRows& EmbeddingRows::operator=(EmbeddingRows&&) noexcept = default;

void EmbeddingRows::add(const Embedding& embedding) { index_->add(1, embedding.floats().data()); }

std::size_t EmbeddingRows::size() const { return static_cast<std::size_t>(index_->d); }

std::vector<std::uint32_t> EmbeddingRows::near(const Embedding& query, float radius) const {
  faiss::RangeSearchResult found(1);
  index_->range_search(1, query.floats().data(), 1.0F - radius - kRounding, &found);
  std::vector<std::uint32_t> rows(found.lims[1]);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::uint32_t>(found.labels[i]);
  }
  return rows;
}

}  // namespace staydown::index
