// Ctrl-C and SIGTERM as a stop request.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace staydown::cli {

// A token that is requested to stop by the first SIGINT or SIGTERM; the second one ends the process
// at once. SIGPIPE is ignored from here on, so that a closed pipe is a write error. Call from the
// main thread before others start.
std::stop_token stop_on_signals();

// Ends the process if it still runs so long after the stop: a broker or a disk that does not answer
// must not hold it, nor the loading of a large index. Armed from the first moment until its
// destruction.
class EndInTime {
 public:
  struct Patience {
    std::chrono::milliseconds idle;     // with nothing in work: then the exit code is 0
    std::chrono::milliseconds working;  // then it is 1
  };
  EndInTime(std::stop_token stop, Patience patience);

  // From here on there is work that an end would cut off. Thread-safe.
  void work_begins() { working_ = true; }

 private:
  std::atomic<bool> working_ = false;
  std::jthread waiting_;
};

}  // namespace staydown::cli
