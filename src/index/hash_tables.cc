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
  // Eight to sixteen rows a bucket: with more the comparisons cost too much, with fewer, and so
  // wider keys, twelve tables find too little. Beyond 22 bits that holds for any bank.
  return {.tables = 12, .key_bits = std::clamp(static_cast<int>(std::bit_width(rows)) - 4, 12, 22)};
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
  // The whole key in every table comes first, then the keys with a flip, until the limit.
  std::vector<std::uint32_t> keys;
  for (const Table& table : tables_) keys.push_back(table.key_of(query));
  std::vector<const std::uint32_t*> buckets;
  const std::size_t key_bits = tables_.front().positions.size();
  for (std::size_t probe = 0; probe <= key_bits; ++probe) {
    const std::uint32_t flip = probe == 0 ? 0 : 1U << (probe - 1);
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      buckets.push_back(&tables_[t].begins[keys[t] ^ flip]);
      __builtin_prefetch(buckets.back());
    }
  }
  std::vector<Range> ranges;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < buckets.size() && sum < kQueryLimit; ++i) {
    const std::size_t size = std::min<std::size_t>(buckets[i][1] - buckets[i][0], kBucketLimit);
    if (size == 0) continue;
    const std::uint32_t* const first = tables_[i % tables_.size()].rows.data() + buckets[i][0];
    ranges.push_back({first, first + size});
    sum += size;
    __builtin_prefetch(first);
  }
  std::vector<std::uint32_t> candidates;
  candidates.reserve(sum);
  for (const Range& range : ranges) candidates.insert(candidates.end(), range.begin, range.end);
  const auto before = static_cast<std::ptrdiff_t>(found.size());
  scan_some(query, rows, candidates, radius, found);
  std::sort(found.begin() + before, found.end(),
            [](const RowDistance& a, const RowDistance& b) { return a.row < b.row; });
  found.erase(std::unique(found.begin() + before, found.end()), found.end());
}

std::size_t HashTables::bytes() const {
  std::size_t numbers = 0;
  for (const Table& table : tables_) numbers += table.begins.size() + table.rows.size();
  return numbers * sizeof(std::uint32_t);
}

}  // namespace staydown::index
