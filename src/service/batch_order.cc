#include "service/batch_order.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "service/sequence_window.h"

namespace staydown::service {
namespace {

bool may_move(const BatchItem& item) {
  return item.parsed && item.parsed->has_sequence && !item.parsed->replay;
}

bool may_have_to_wait(const BatchItem& item) {
  return item.parsed && (!item.parsed->data_ref.empty() || !item.parsed->init_ref.empty());
}

std::int64_t sequence_of(const BatchItem& item) { return item.parsed->segment.sequence; }

}  // namespace

BatchItem BatchItem::of(kafka::Record record) {
  auto parsed = event::parse_segment(record.message, record.appended);
  return {std::move(record), std::move(parsed)};
}

std::size_t BatchItem::size() const {
  return record.message.value ? record.message.value->size() : 0;
}

bool put_in_order(std::deque<BatchItem>& batch) {
  if (std::ranges::any_of(batch, may_have_to_wait)) return false;
  std::unordered_map<StreamId, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (may_move(batch[i])) places[batch[i].parsed->segment.stream].push_back(i);
  }
  bool moved = false;
  for (const auto& [stream, at] : places) {
    const auto by_sequence = [&](std::size_t a, std::size_t b) {
      return sequence_of(batch[a]) < sequence_of(batch[b]);
    };
    if (std::ranges::is_sorted(at, by_sequence)) continue;
    const auto [lowest, highest] = std::ranges::minmax(at, by_sequence);
    if (sequence_of(batch[highest]) - sequence_of(batch[lowest]) >= SequenceWindow::kSize) continue;
    auto order = at;
    std::ranges::stable_sort(order, by_sequence);
    std::vector<BatchItem> sorted;
    for (const auto i : order) sorted.push_back(std::move(batch[i]));
    for (std::size_t i = 0; i < at.size(); ++i) batch[at[i]] = std::move(sorted[i]);
    moved = true;
  }
  return moved;
}

}  // namespace staydown::service
