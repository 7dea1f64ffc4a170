// A clock that tests move.
#pragma once

#include <algorithm>
#include <vector>

#include "core/clock.h"

namespace staydown::media {

// Nobody ever waits: time passes when somebody wants to wait for it. Notes for how long that was.
class FakeClock final : public Clock {
 public:
  static constexpr WallTime kStart{std::chrono::seconds(1'000'000)};

  Moment now() const override { return Moment(passed_); }
  WallTime wall() const override { return kStart + passed_; }
  bool wait_until(Moment moment, std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    const auto target = std::chrono::duration_cast<MediaTime>(moment.time_since_epoch());
    waits.push_back(std::max(target - passed_, MediaTime{}));
    passed_ = std::max(target, passed_);
    return true;
  }
  void pass(MediaTime time) { passed_ += time; }

  std::vector<MediaTime> waits;

 private:
  MediaTime passed_{};
};

}  // namespace staydown::media
