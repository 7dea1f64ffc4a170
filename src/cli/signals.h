// Ctrl-C and SIGTERM as a stop request.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace staydown::cli {

// A token that is requested to stop by the first SIGINT or SIGTERM; the second one ends the process
// at once. SIGPIPE is ignored from here on, so that a closed pipe is a write error. Call from the
// main thread before others start.
std::stop_token stop_on_signals();

// Ends the process, with exit code 1, if it still runs so long after the stop: a broker or a disk
// that does not answer must not hold it. Armed until the thread is destroyed.
std::jthread end_within(std::chrono::seconds patience, std::stop_token stop);

}  // namespace staydown::cli
