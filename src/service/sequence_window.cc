#include "service/sequence_window.h"

namespace staydown::service {

std::string_view name_of(Arrival arrival) {
  switch (arrival) {
    case Arrival::kInOrder:
      return "in_order";
    case Arrival::kAfterGap:
      return "after_gap";
    case Arrival::kLate:
      return "late";
    case Arrival::kDuplicate:
      return "duplicate";
    case Arrival::kNewEpoch:
      return "new_epoch";
  }
  return "in_order";
}

SequenceWindow::Step SequenceWindow::take(std::int64_t number) {
  if (!last_ || number <= *last_ - kSize || number > *last_ + kWidestGap) {
    const auto arrival = last_ ? Arrival::kNewEpoch : Arrival::kInOrder;
    last_ = number;
    seen_ = 1;
    return {arrival};
  }
  if (number > *last_) {
    const auto ahead = number - *last_;
    seen_ = (ahead < kSize ? seen_ << ahead : 0) | 1U;
    last_ = number;
    return ahead == 1 ? Step{} : Step{Arrival::kAfterGap, ahead - 1};
  }
  const auto bit = std::uint64_t{1} << (*last_ - number);
  if ((seen_ & bit) != 0) return {Arrival::kDuplicate};
  seen_ |= bit;
  return {Arrival::kLate};
}

}  // namespace staydown::service
