// Time that passes, as a parameter: tests replace it instead of waiting.
#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

#include "core/time.h"

namespace staydown {

class Clock {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  virtual Moment now() const = 0;
  virtual WallTime wall() const = 0;

  // False if `stop` was requested before `moment` came.
  virtual bool wait_until(Moment moment, std::stop_token stop) = 0;

  bool wait_for(Moment::duration time, std::stop_token stop) {
    return wait_until(now() + time, std::move(stop));
  }
};

// The machine's. Thread-safe.
Clock& machine_clock();

// What the machine's clock on the wall says.
WallTime wall_clock();

}  // namespace staydown
