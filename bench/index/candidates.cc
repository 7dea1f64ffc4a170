#include "candidates.h"

#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexBinaryIVF.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "index/hamming.h"
#include "index/hash_tables.h"

namespace staydown::bench {
namespace {

using Rows = std::vector<std::vector<std::uint32_t>>;

Rows numbers_of(const std::vector<std::vector<index::RowDistance>>& found) {
  Rows rows;
  for (const auto& one : found) {
    auto& numbers = rows.emplace_back();
    for (const auto& [row, distance] : one) numbers.push_back(row);
  }
  return rows;
}

class Scanned final : public Candidate {
 public:
  explicit Scanned(std::span<const PdqHash> rows) : rows_(rows) {}
  Rows search(std::span<const PdqHash> queries, int radius) const override {
    std::vector<std::vector<index::RowDistance>> found(queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      index::scan(queries[i], rows_, radius, found[i]);
    }
    return numbers_of(found);
  }

 private:
  std::span<const PdqHash> rows_;
};

class Tables final : public Candidate {
 public:
  Tables(std::span<const PdqHash> rows, index::HashLayout layout)
      : rows_(rows), tables_(rows, layout) {}
  Rows search(std::span<const PdqHash> queries, int radius) const override {
    std::vector<std::vector<index::RowDistance>> found(queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      tables_.search(queries[i], rows_, radius, found[i]);
    }
    return numbers_of(found);
  }

 private:
  std::span<const PdqHash> rows_;
  index::HashTables tables_;
};

class Faiss final : public Candidate {
 public:
  explicit Faiss(std::unique_ptr<faiss::IndexBinary> index) : index_(std::move(index)) {}
  Rows search(std::span<const PdqHash> queries, int radius) const override {
    const auto count = static_cast<faiss::Index::idx_t>(queries.size());
    faiss::RangeSearchResult found(queries.size());
    index_->range_search(count, reinterpret_cast<const std::uint8_t*>(queries.data()), radius + 1,
                         &found);
    Rows rows(queries.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t k = found.lims[i]; k < found.lims[i + 1]; ++k) {
        rows[i].push_back(static_cast<std::uint32_t>(found.labels[k]));
      }
      std::sort(rows[i].begin(), rows[i].end());
    }
    return rows;
  }

 private:
  std::unique_ptr<faiss::IndexBinary> index_;
};

class FaissIvf final : public Candidate {
 public:
  FaissIvf(std::span<const PdqHash> rows, int lists, int probes)
      : coarse_(256), index_(&coarse_, 256, static_cast<std::size_t>(lists)) {
    index_.nprobe = static_cast<std::size_t>(probes);
    index_.cp.niter = 10;
    const auto* codes = reinterpret_cast<const std::uint8_t*>(rows.data());
    // 39 points for each centroid is what FAISS asks for at least; rows are in no special order.
    index_.train(std::min<faiss::Index::idx_t>(lists * 39, std::ssize(rows)), codes);
    index_.add(std::ssize(rows), codes);
  }
  Rows search(std::span<const PdqHash> queries, int radius) const override {
    faiss::RangeSearchResult found(queries.size());
    index_.range_search(std::ssize(queries), reinterpret_cast<const std::uint8_t*>(queries.data()),
                        radius + 1, &found);
    Rows rows(queries.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t k = found.lims[i]; k < found.lims[i + 1]; ++k) {
        rows[i].push_back(static_cast<std::uint32_t>(found.labels[k]));
      }
      std::sort(rows[i].begin(), rows[i].end());
    }
    return rows;
  }

 private:
  faiss::IndexBinaryFlat coarse_;
  faiss::IndexBinaryIVF index_;
};

}  // namespace

std::unique_ptr<Candidate> make_candidate(const std::string& name, std::span<const PdqHash> rows) {
  std::istringstream fields(name);
  std::string kind;
  std::getline(fields, kind, ':');
  std::vector<int> numbers;
  for (std::string field; std::getline(fields, field, ':');) numbers.push_back(std::stoi(field));
  numbers.resize(3);
  const auto filled = [&](auto index) {
    index->add(std::ssize(rows), reinterpret_cast<const std::uint8_t*>(rows.data()));
    return std::make_unique<Faiss>(std::move(index));
  };
  if (kind == "scan") return std::make_unique<Scanned>(rows);
  if (kind == "tables") {
    return std::make_unique<Tables>(rows, index::HashLayout{numbers[0], numbers[1]});
  }
  if (kind == "flat") return filled(std::make_unique<faiss::IndexBinaryFlat>(256));
  if (kind == "hash") {
    auto index = std::make_unique<faiss::IndexBinaryHash>(256, numbers[0]);
    index->nflip = numbers[1];
    return filled(std::move(index));
  }
  if (kind == "multihash") {
    auto index = std::make_unique<faiss::IndexBinaryMultiHash>(256, numbers[0], numbers[1]);
    index->nflip = numbers[2];
    return filled(std::move(index));
  }
  if (kind == "ivf") return std::make_unique<FaissIvf>(rows, numbers[0], numbers[1]);
  throw std::invalid_argument(name + ": no such layout");
}

}  // namespace staydown::bench
