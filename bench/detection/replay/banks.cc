#include "banks.h"

#include <fmt/format.h>

#include <stdexcept>

#include "value_of.h"

namespace staydown::bench {
namespace {

std::vector<ReferenceTimelinePtr> read(const std::string& path, const service::Models& models) {
  auto bank =
      value_of(reference::ReferenceBank::open(path, models.bank(reference::BankAccess::kRead)));
  auto changes = value_of(bank.changes_since(0));
  if (!changes.damaged.empty()) throw std::runtime_error(changes.damaged.front().message);
  return std::move(changes.enforced);
}

std::shared_ptr<const index::ReferenceIndex> index_of(
    std::vector<ReferenceTimelinePtr> references) {
  auto index = std::make_shared<index::ReferenceIndex>();
  if (!references.empty()) index->add(std::move(references));
  return index;
}

}  // namespace

std::shared_ptr<const index::ReferenceIndex> Banks::index(const std::string& path,
                                                          const service::Models& models,
                                                          const std::string& without) {
  Bank& bank = banks_[{path, models.embedding}];
  if (!bank.index) {
    bank.references = read(path, models);
    bank.index = index_of(bank.references);
  }
  if (without.empty()) return bank.index;
  auto others = bank.references;
  const auto left_out = std::erase_if(
      others, [&](const ReferenceTimelinePtr& one) { return one->info.id.value == without; });
  if (left_out == 0) throw std::runtime_error(fmt::format("{}: no reference {}", path, without));
  return index_of(std::move(others));
}

}  // namespace staydown::bench
