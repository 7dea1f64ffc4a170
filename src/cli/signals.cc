#include "cli/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <utility>

#include "cli/app.h"
#include "service/log.h"

namespace staydown::cli {
namespace {

// Written by the handler, which may call nothing but write and _exit; libraries start threads
// before main, so that blocking the signals and waiting for them would not reach every thread.
int received_fd = -1;
volatile std::sig_atomic_t received_before = 0;

void on_signal(int number) {
  if (received_before != 0) _exit(128 + number);
  received_before = 1;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(received_fd, &one, sizeof one);
}

}  // namespace

std::stop_token stop_on_signals() {
  static std::stop_source source = [] {
    std::stop_source stop;
    received_fd = eventfd(0, EFD_CLOEXEC);
    std::thread([stop]() mutable {
      std::uint64_t count = 0;
      while (read(received_fd, &count, sizeof count) != sizeof count) {
      }
      stop.request_stop();
    }).detach();
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return stop;
  }();
  return source.get_token();
}

EndInTime::EndInTime(std::stop_token stop, Patience patience)
    : waiting_([this, patience, stop = std::move(stop)](const std::stop_token& disarmed) {
        std::mutex mutex;
        std::condition_variable_any changed;
        const std::stop_callback on_stop(stop, [&] {
          const std::scoped_lock lock(mutex);
          changed.notify_all();
        });
        std::unique_lock lock(mutex);
        const auto disarmed_within = [&](std::chrono::milliseconds time) {
          changed.wait_for(lock, disarmed, time, [] { return false; });
          return disarmed.stop_requested();
        };
        if (!changed.wait(lock, disarmed, [&] { return stop.stop_requested(); })) return;
        if (disarmed_within(patience.idle)) return;
        if (!working_) {
          service::log(service::LogLevel::kInfo, "ended_before_work", {});
          _exit(0);
        }
        if (disarmed_within(patience.working - patience.idle)) return;
        service::log(
            service::LogLevel::kError, "end_forced",
            {{"after_ms", patience.working.count()},
             {"remedy", "none is needed: what was in work is done again by the next owner"}});
        _exit(kExitError);
      }) {}

}  // namespace staydown::cli
