#include "service/fetch_retries.h"

namespace staydown::service {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{500};

}  // namespace

bool FetchRetries::may_wait(std::int32_t partition, std::int64_t offset, Moment now) const {
  const auto found = retries_.find(partition);
  return found == retries_.end() || found->second.offset != offset ||
         now - found->second.since < longest_;
}

void FetchRetries::wait(std::int32_t partition, std::int64_t offset, Moment now) {
  auto& retry = retries_[partition];
  const bool again = retry.since != Moment() && retry.offset == offset;
  if (!again) retry = {.offset = offset, .since = now, .next = {}, .delay = kFirstDelay};
  retry.next = now + retry.delay;
  retry.delay *= 2;
  retry.waiting = true;
}

bool FetchRetries::waiting(std::int32_t partition) const {
  const auto found = retries_.find(partition);
  return found != retries_.end() && found->second.waiting;
}

std::vector<kafka::Position> FetchRetries::take_due(Moment now) {
  std::vector<kafka::Position> due;
  for (auto& [partition, retry] : retries_) {
    if (!retry.waiting || now < retry.next) continue;
    retry.waiting = false;
    due.push_back({partition, retry.offset, {}});
  }
  return due;
}

}  // namespace staydown::service
