// Programs as children of a test: what they print, and how they end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace staydown::support {

struct Finished {
  int status = -1;  // exit status; 128 + signal if a signal ended it
  std::string out, err;
};

// A running child with an empty standard input. Not thread-safe. The destructor kills it.
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

  void signal(int number) const;

  // Waits for the end and gives all output. After `patience` the child is killed: status 128 +
  // SIGKILL.
  Finished wait(std::chrono::seconds patience = std::chrono::seconds(120));

 private:
  bool await(const std::string& which, const std::string& text, std::chrono::seconds patience);
  bool pump(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  int out_pipe_ = -1, err_pipe_ = -1;
  std::string out_, err_;
};

// Runs a command to its end.
Finished run(const std::vector<std::string>& command);

}  // namespace staydown::support
