#include "index/hash_tables.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>

namespace staydown::index {
namespace {

struct Range {
  const std::uint32_t* begin;
  const std::uint32_t* end;
};

// Bits of the hash for each table, so that neighbouring frequencies, which flip together, come
// under different keys: fixed permutations of all bits, one after the other.
std::vector<std::uint8_t> spread_positions(std::size_t count) {
  std::mt19937 random(256);  // seeded: the same layout everywhere
  std::vector<std::uint8_t> positions;
  std::array<std::uint8_t, 256> bits{};
  std::iota(bits.begin(), bits.end(), std::uint8_t{0});
  while (positions.size() < count) {
    for (std::size_t i = bits.size() - 1; i > 0; --i) std::swap(bits[i], bits[random() % (i + 1)]);
    positions.insert(positions.end(), bits.begin(), bits.end());
  }
  positions.resize(count);
  return positions;
}

}  // namespace

HashLayout layout_for(std::size_t rows) {
  // Four to eight rows a bucket: fewer and the probes cost more than the comparisons, more and the
  // comparisons do. Wider keys need more tables; beyond 22 bits twelve find too little.
  return {.tables = 12, .key_bits = std::clamp(static_cast<int>(std::bit_width(rows)) - 3, 12, 22)};
}

std::uint32_t HashTables::Table::key_of(const PdqHash& hash) const {
  std::uint32_t key = 0;
  for (const std::uint8_t bit : positions) {
    key = key << 1 | static_cast<std::uint32_t>(hash.words[bit / 64] >> (bit % 64) & 1U);
  }
  return key;
}

HashTables::HashTables(std::span<const PdqHash> rows, HashLayout layout)
    : tables_(static_cast<std::size_t>(layout.tables)) {
  const auto key_bits = static_cast<std::size_t>(layout.key_bits);
  const auto positions = spread_positions(tables_.size() * key_bits);
  std::vector<std::uint32_t> keys(rows.size());
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    Table& table = tables_[t];
    const auto first = positions.begin() + static_cast<std::ptrdiff_t>(t * key_bits);
    table.positions.assign(first, first + static_cast<std::ptrdiff_t>(key_bits));
    std::transform(rows.begin(), rows.end(), keys.begin(),
                   [&](const PdqHash& hash) { return table.key_of(hash); });
    // Counting sort: begins[k + 1] is first the size, then the begin, then the end of bucket k.
    table.begins.assign((std::size_t{1} << key_bits) + 2, 0);
    for (const std::uint32_t key : keys) ++table.begins[key + 2];
    std::partial_sum(table.begins.begin(), table.begins.end(), table.begins.begin());
    table.rows.resize(rows.size());
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      table.rows[table.begins[keys[row] + 1]++] = row;
    }
  }
}

void HashTables::search(const PdqHash& query, std::span<const PdqHash> rows, int radius,
                        std::vector<RowDistance>& found) const {
  // Four passes, each asking for the memory that the next one reads: what costs here is waiting.
  std::vector<const std::uint32_t*> buckets;
  for (const Table& table : tables_) {
    const std::uint32_t key = table.key_of(query);
    buckets.push_back(&table.begins[key]);
    for (std::size_t bit = 0; bit < table.positions.size(); ++bit) {
      buckets.push_back(&table.begins[key ^ 1U << bit]);
    }
  }
  for (const auto* bucket : buckets) __builtin_prefetch(bucket);
  std::vector<Range> ranges;
  const std::size_t probes = buckets.size() / tables_.size();
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const std::uint32_t begin = buckets[i][0];
    const std::uint32_t size = std::min(buckets[i][1] - begin, kBucketLimit);
    if (size == 0) continue;
    const std::uint32_t* const first = tables_[i / probes].rows.data() + begin;
    ranges.push_back({first, first + size});
    __builtin_prefetch(first);
  }
  std::vector<std::uint32_t> candidates;
  for (const Range& range : ranges) candidates.insert(candidates.end(), range.begin, range.end);
  const auto before = static_cast<std::ptrdiff_t>(found.size());
  scan_some(query, rows, candidates, radius, found);
  std::sort(found.begin() + before, found.end());
  found.erase(std::unique(found.begin() + before, found.end()), found.end());
}

std::size_t HashTables::bytes() const {
  std::size_t numbers = 0;
  for (const Table& table : tables_) numbers += table.begins.size() + table.rows.size();
  return numbers * sizeof(std::uint32_t);
}

}  // namespace staydown::index
