#include "support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace staydown::support {
namespace {

using Clock = std::chrono::steady_clock;

// Reads what is there; closes the pipe at its end.
void drain(int& pipe, std::string& into) {
  std::array<char, 65536> buffer{};
  const auto count = read(pipe, buffer.data(), buffer.size());
  if (count > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(count));
  } else {
    close(pipe);
    pipe = -1;
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make pipes");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed =
      posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_pipe_ = out[0];
  err_pipe_ = err[0];
  if (failed != 0) throw std::runtime_error(command[0] + ": " + std::strerror(failed));
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_pipe_ >= 0) close(out_pipe_);
  if (err_pipe_ >= 0) close(err_pipe_);
}

// One step of reading; false once both pipes are closed or the time is over.
bool ChildProcess::pump(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
  if ((out_pipe_ < 0 && err_pipe_ < 0) || left.count() <= 0) return false;
  std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
  if (poll(pipes.data(), pipes.size(), static_cast<int>(left.count())) <= 0) return false;
  if (pipes[0].revents != 0) drain(out_pipe_, out_);
  if (pipes[1].revents != 0) drain(err_pipe_, err_);
  return true;
}

bool ChildProcess::await_out(const std::string& text, std::chrono::seconds patience) {
  return await(out_, text, patience);
}

bool ChildProcess::await_err(const std::string& text, std::chrono::seconds patience) {
  return await(err_, text, patience);
}

bool ChildProcess::await(const std::string& which, const std::string& text,
                         std::chrono::seconds patience) {
  const auto until = Clock::now() + patience;
  while (which.find(text) == std::string::npos) {
    if (!pump(until)) return false;
  }
  return true;
}

void ChildProcess::signal(int number) const { kill(pid_, number); }

Finished ChildProcess::wait(std::chrono::seconds patience) {
  const auto until = Clock::now() + patience;
  while (pump(until)) {
  }
  if (out_pipe_ >= 0 || err_pipe_ >= 0) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out_, err_};
}

Finished run(const std::vector<std::string>& command) { return ChildProcess(command).wait(); }

}  // namespace staydown::support
