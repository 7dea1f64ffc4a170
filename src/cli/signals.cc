#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace staydown::cli {

// A thread waits for the signals, since a handler may not touch a stop_source.
std::stop_token stop_on_signals() {
  static std::stop_source source = [] {
    std::stop_source stop;
    signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([stop, signals]() mutable {
      int received = 0;
      sigwait(&signals, &received);
      stop.request_stop();
      sigwait(&signals, &received);
      _exit(128 + received);
    }).detach();
    return stop;
  }();
  return source.get_token();
}

}  // namespace staydown::cli
