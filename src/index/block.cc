#include "index/block.h"

#include <algorithm>
#include <limits>
#include <map>
#include <queue>
#include <tuple>
#include <utility>

#include "index/hamming.h"

namespace staydown::index {

void Block::Origins::add(std::uint32_t slot, std::uint32_t entry) {
  if (runs_.empty() || runs_.back().slot != slot) {
    runs_.push_back({static_cast<std::uint32_t>(entries_.size()), slot});
  }
  entries_.push_back(entry);
}

void Block::Origins::shrink_to_fit() {
  runs_.shrink_to_fit();
  entries_.shrink_to_fit();
}

std::size_t Block::Origins::bytes() const {
  return runs_.size() * sizeof(Run) + entries_.size() * sizeof(std::uint32_t);
}

std::uint32_t Block::Origins::slot(std::uint32_t row) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), row,
                       [](std::uint32_t r, const Run& run) { return r < run.first_row; });
  return std::prev(after)->slot;
}

Block::Block(std::vector<ReferenceTimelinePtr> references) : references_(std::move(references)) {
  struct Rows {
    std::vector<const Embedding*> embeddings;
    Origins origins;
  };
  std::map<std::size_t, Rows> rows;  // by size
  for (std::uint32_t slot = 0; slot < references_.size(); ++slot) {
    const auto& entries = references_[slot]->entries;
    for (std::uint32_t entry = 0; entry < entries.size(); ++entry) {
      if (entries[entry].generic) continue;
      if (const auto* hash = std::get_if<PdqHash>(&entries[entry].value)) {
        hashes_.push_back(*hash);
        hash_origins_.add(slot, entry);
      } else {
        const auto& embedding = std::get<Embedding>(entries[entry].value);
        Rows& of_size = rows[embedding.size()];
        of_size.embeddings.push_back(&embedding);
        of_size.origins.add(slot, entry);
      }
    }
  }
  hashes_.shrink_to_fit();
  hash_origins_.shrink_to_fit();
  for (auto& [size, of_size] : rows) {
    of_size.origins.shrink_to_fit();
    embeddings_.push_back({EmbeddingRows(of_size.embeddings), std::move(of_size.origins)});
  }
  if (hashes_.size() > kScannedHashes) tables_.emplace(hashes_, layout_for(hashes_.size()));
}

std::size_t Block::entries() const {
  std::size_t sum = hashes_.size();
  for (const auto& embeddings : embeddings_) sum += embeddings.origins.size();
  return sum;
}

std::size_t Block::bytes() const {
  std::size_t sum = hashes_.size() * sizeof(PdqHash) + hash_origins_.bytes();
  if (tables_) sum += tables_->bytes();
  for (const auto& embeddings : embeddings_) {
    sum += embeddings.rows.bytes() + embeddings.origins.bytes();
  }
  return sum;
}

void Block::search(std::span<const Descriptor> descriptors, const SearchOptions& options,
                   const std::vector<bool>& dead, std::span<std::vector<BlockHit>> hits) const {
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    if (descriptors[i].quality < options.min_pdq_quality) continue;
    if (const auto* hash = std::get_if<PdqHash>(&descriptors[i].value)) {
      search_hashes(*hash, options, dead, hits[i]);
    }
  }
  for (const Embeddings& embeddings : embeddings_) {
    search_embeddings(embeddings, descriptors, options, dead, hits);
  }
}

void Block::search_hashes(const PdqHash& query, const SearchOptions& options,
                          const std::vector<bool>& dead, std::vector<BlockHit>& hits) const {
  std::vector<RowDistance> found;
  if (tables_) {
    tables_->search(query, hashes_, options.pdq_radius, found);
  } else {
    scan(query, hashes_, options.pdq_radius, found);
  }
  for (const auto& [row, distance] : found) {
    const std::uint32_t slot = hash_origins_.slot(row);
    if (dead[slot]) continue;
    const std::uint32_t entry = hash_origins_.entry(row);
    if (references_[slot]->entries[entry].quality < options.min_pdq_quality) continue;
    hits.push_back({&references_[slot], entry, static_cast<float>(distance)});
  }
}

void Block::search_embeddings(const Embeddings& embeddings, std::span<const Descriptor> descriptors,
                              const SearchOptions& options, const std::vector<bool>& dead,
                              std::span<std::vector<BlockHit>> hits) const {
  std::vector<EmbeddingQuery> queries;
  std::vector<std::size_t> positions;  // among the descriptors
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const auto* embedding = std::get_if<Embedding>(&descriptors[i].value);
    const float radius = options.embedding_radius - descriptors[i].commonness;
    if (embedding == nullptr || embedding->size() != embeddings.rows.row_size() || radius < 0 ||
        descriptors[i].quality < options.min_pdq_quality) {
      continue;
    }
    queries.push_back({embedding, radius});
    positions.push_back(i);
  }
  std::vector<NearRow> near = embeddings.rows.near(queries);
  for (auto first = near.begin(); first != near.end();) {
    const auto last = std::find_if(first, near.end(),
                                   [&](const NearRow& row) { return row.query != first->query; });
    const std::size_t i = positions[first->query];
    measure(embeddings, descriptors[i], options, dead, {first, last}, hits[i]);
    first = last;
  }
}

// Measured here, so that hits do not depend on how the rows are searched: in order of estimate,
// until what follows is further away than enough of those that were measured.
void Block::measure(const Embeddings& embeddings, const Descriptor& query,
                    const SearchOptions& options, const std::vector<bool>& dead,
                    std::span<NearRow> near, std::vector<BlockHit>& hits) const {
  if (options.max_hits <= 0) return;
  const auto later = [](const NearRow& a, const NearRow& b) {
    return std::tie(a.estimate, a.row) > std::tie(b.estimate, b.row);
  };
  std::make_heap(near.begin(), near.end(), later);
  const auto wanted = static_cast<std::size_t>(options.max_hits);
  std::priority_queue<float> nearest;  // distances of the best hits, at most `wanted`
  float limit = std::numeric_limits<float>::infinity();
  // Some at a time, so that the memory of all is asked for before one of them is waited for.
  struct Next {
    const ReferenceTimelinePtr* reference;
    std::uint32_t entry;
  };
  constexpr std::size_t kTogether = 16;
  std::vector<Next> together;
  while (!near.empty() && near.front().estimate <= limit) {
    together.clear();
    for (; !near.empty() && together.size() < kTogether; near = near.first(near.size() - 1)) {
      std::pop_heap(near.begin(), near.end(), later);
      const std::uint32_t row = near.back().row, slot = embeddings.origins.slot(row);
      if (dead[slot]) continue;
      together.push_back({&references_[slot], embeddings.origins.entry(row)});
      const ReferenceEntry& entry = (*together.back().reference)->entries[together.back().entry];
      __builtin_prefetch(&entry.value);
    }
    for (const auto& [reference, entry] : together) {
      const auto halves = std::get<Embedding>((*reference)->entries[entry].value).halves();
      constexpr std::size_t kLine = 64 / sizeof(Half);
      for (std::size_t at = 0; at < halves.size(); at += kLine) __builtin_prefetch(&halves[at]);
    }
    for (const auto& [reference, entry] : together) {
      const float d = distance(query, (*reference)->entries[entry].value);
      if (d > options.embedding_radius) continue;
      hits.push_back({reference, entry, d});
      nearest.push(d);
      if (nearest.size() > wanted) nearest.pop();
    }
    if (nearest.size() == wanted) {
      limit = largest_estimate(nearest.top() - query.commonness, embeddings.rows.row_size());
    }
  }
}

}  // namespace staydown::index
