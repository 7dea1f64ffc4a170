// Programs as children of a test: what they print, and how they end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace staydown::support {

struct Finished {
  int status = -1;  // exit status; 128 + signal if a signal ended it
  std::string out, err;
};

// A running child with an empty standard input. What it prints is read all the time, so that it is
// never held up. Not thread-safe. The destructor kills it, and shows in a test that failed what it
// had said on standard error.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& command);  // looked up in PATH
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until standard output or error holds `text`; false if the child ends or `patience` passes
  // before.
  bool await_out(const std::string& text, std::chrono::seconds patience = std::chrono::seconds(60));
  bool await_err(const std::string& text, std::chrono::seconds patience = std::chrono::seconds(60));

  std::string err() const;  // so far

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  // Waits for the end and gives all output. After `patience` the child is killed: status 128 +
  // SIGKILL.
  Finished wait(std::chrono::seconds patience = std::chrono::seconds(120));

 private:
  bool await(const std::string& which, const std::string& text, std::chrono::seconds patience);
  void read(const std::stop_token& stop);

  pid_t pid_ = -1;
  int out_pipe_ = -1, err_pipe_ = -1;  // of reader_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_, err_;  // guarded by mutex_
  bool silent_ = false;    // guarded by mutex_: both pipes are closed
  std::jthread reader_;
};

// Runs a command to its end.
Finished run(const std::vector<std::string>& command);

}  // namespace staydown::support
