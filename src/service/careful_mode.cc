#include "service/careful_mode.h"

#include <fmt/format.h>

#include <charconv>

namespace staydown::service {
namespace {

constexpr std::string_view kTry = "try ";

}  // namespace

bool CarefulMode::take_over(const kafka::Position& position) {
  suspects_.erase(position.partition);
  if (position.note == kCleanNote || position.offset < 0) return false;
  int tries = 1;
  if (position.note.starts_with(kTry)) {
    const auto number = std::string_view(position.note).substr(kTry.size());
    std::from_chars(number.data(), number.data() + number.size(), tries);
  }
  suspects_[position.partition] = {position.offset, position.offset + kRecordsInWork, tries};
  return true;
}

bool CarefulMode::applies_to(std::int32_t partition, std::int64_t offset) const {
  const auto found = suspects_.find(partition);
  return found != suspects_.end() && offset < found->second.end;
}

int CarefulMode::next_try(std::int32_t partition, std::int64_t offset) const {
  const auto found = suspects_.find(partition);
  if (found == suspects_.end()) return 1;
  return (offset == found->second.first ? found->second.tries : 1) + 1;
}

std::string CarefulMode::note_of(int attempt) { return fmt::format("{}{}", kTry, attempt); }

}  // namespace staydown::service
