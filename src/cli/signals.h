// Ctrl-C and SIGTERM as a stop request.
#pragma once

#include <stop_token>

namespace staydown::cli {

// A token that is requested to stop by the first SIGINT or SIGTERM; the second one ends the process
// at once. SIGPIPE is ignored from here on, so that a closed pipe is a write error. Call from the
// main thread before others start.
std::stop_token stop_on_signals();

}  // namespace staydown::cli
