// What each stage of the pipeline took.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace staydown::service {

using Stages = std::map<std::string, std::chrono::microseconds>;

// Adds the time from its construction to its end to one stage.
class StageTimer {
 public:
  StageTimer(Stages& stages, const char* stage) : total_(stages[stage]) {}
  ~StageTimer() {
    total_ += std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin_);
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  using Steady = std::chrono::steady_clock;
  std::chrono::microseconds& total_;
  Steady::time_point begin_ = Steady::now();
};

}  // namespace staydown::service
