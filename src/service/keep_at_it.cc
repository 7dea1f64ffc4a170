#include "service/keep_at_it.h"

#include <algorithm>
#include <chrono>

#include "core/clock.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstBackOff = 500ms, kLongestBackOff = 10'000ms;

}  // namespace

void keep_at_it(const std::stop_token& stop, WorkerHealth& health, std::size_t slot,
                Metrics& metrics, const std::function<Result<void>()>& step) {
  auto back_off = kFirstBackOff;
  while (!stop.stop_requested()) {
    if (const auto done = step()) {
      health.ready(slot);
      back_off = kFirstBackOff;
    } else {
      metrics.add(Count::kErrors, name_of(done.error().code));
      health.not_ready(slot, done.error().message);
      machine_clock().wait_for(back_off, stop);
      back_off = std::min(2 * back_off, kLongestBackOff);
    }
  }
}

}  // namespace staydown::service
