// Makes FFmpeg's blocking calls return when they are told to stop or take too long.
#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

#include "media/av_ptr.h"

namespace staydown::media {

// FFmpeg asks about every 0.1 s while it waits for the network. Must stay where it is while a
// context holds its callback.
class Interrupt {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  Interrupt() = default;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void arm(std::stop_token stop, Moment deadline) {
    stop_ = std::move(stop);
    deadline_ = deadline;
  }
  bool stopped() const { return stop_.stop_requested(); }
  bool late() const { return std::chrono::steady_clock::now() >= deadline_; }

  AVIOInterruptCB callback() {
    return {[](void* self) {
              const auto* interrupt = static_cast<const Interrupt*>(self);
              return interrupt->stopped() || interrupt->late() ? 1 : 0;
            },
            this};
  }

 private:
  std::stop_token stop_;
  Moment deadline_ = Moment::max();
};

}  // namespace staydown::media
