// Time that passes, as a parameter: tests replace it instead of waiting.
#pragma once

#include <chrono>
#include <stop_token>

#include "core/time.h"

namespace staydown::media {

class Clock {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  virtual Moment now() const = 0;
  virtual WallTime wall() const = 0;

  // False if `stop` was requested before `moment` came.
  virtual bool wait_until(Moment moment, std::stop_token stop) = 0;
};

// The machine's. Thread-safe.
Clock& machine_clock();

}  // namespace staydown::media
