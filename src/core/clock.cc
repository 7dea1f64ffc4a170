#include "core/clock.h"

#include <condition_variable>
#include <mutex>

namespace staydown {
namespace {

class MachineClock final : public Clock {
 public:
  Moment now() const override { return std::chrono::steady_clock::now(); }

  WallTime wall() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  bool wait_until(Moment moment, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_until(lock, stop, moment, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Clock& machine_clock() {
  static MachineClock clock;
  return clock;
}

WallTime wall_clock() { return machine_clock().wall(); }

}  // namespace staydown
