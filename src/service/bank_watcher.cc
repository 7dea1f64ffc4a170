#include "service/bank_watcher.h"

#include <utility>

#include "core/clock.h"
#include "service/log.h"

namespace staydown::service {
namespace {

// A look costs microseconds, and a second is what users are promised.
constexpr std::chrono::milliseconds kInterval{250};

}  // namespace

Result<std::unique_ptr<BankWatcher>> BankWatcher::start(
    const std::string& bank_path, std::shared_ptr<index::ReferenceIndex> index,
    const std::string& embedding_model) {
  BankFollower follower(bank_path, std::move(index), embedding_model);
  if (auto loaded = follower.catch_up(); !loaded) return tl::unexpected(loaded.error());
  return std::unique_ptr<BankWatcher>(new BankWatcher(bank_path, std::move(follower)));
}

BankWatcher::BankWatcher(const std::string& path, BankFollower follower)
    : path_(path),
      follower_(std::move(follower)),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void BankWatcher::watch(const std::stop_token& stop) {
  bool unavailable = false;
  while (machine_clock().wait_for(kInterval, stop)) {
    const auto looked = follower_.catch_up();
    if (looked && unavailable) {
      log(LogLevel::kInfo, "bank_back", {{"bank", path_}});
    } else if (!looked && !unavailable) {
      log(LogLevel::kWarning, "bank_unavailable",
          {{"bank", path_}, {"reason", looked.error().message}});
    }
    unavailable = !looked;
  }
}

}  // namespace staydown::service
