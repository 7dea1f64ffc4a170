#include "support/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace staydown::support {
namespace {

constexpr int kStopLookMs = 100;  // how often the reader looks whether it is to end
constexpr std::size_t kMostShown = 8000;

// The whole lines at the end.
std::string_view tail_of(std::string_view text) {
  if (text.size() <= kMostShown) return text;
  text.remove_prefix(text.size() - kMostShown);
  return text.substr(text.find('\n') + 1);
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
  arguments.reserve(words.size() + 1);
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
  reader_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  reader_.request_stop();
  reader_.join();
  if (testing::Test::HasFailure() && !err_.empty()) {
    std::cerr << "a child of the failed test had said:\n" << tail_of(err_);
  }
}

// Until both ends are closed: by the child, and by what it has left running.
void ChildProcess::read(const std::stop_token& stop) {
  std::array<char, 65536> buffer{};
  const auto drain = [&](int& pipe, std::string& into) {
    const auto count = ::read(pipe, buffer.data(), buffer.size());
    if (count > 0) {
      const std::scoped_lock lock(mutex_);
      into.append(buffer.data(), static_cast<std::size_t>(count));
    } else {
      close(std::exchange(pipe, -1));
    }
  };
  while ((out_pipe_ >= 0 || err_pipe_ >= 0) && !stop.stop_requested()) {
    std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
    if (poll(pipes.data(), pipes.size(), kStopLookMs) <= 0) continue;
    if (pipes[0].revents != 0) drain(out_pipe_, out_);
    if (pipes[1].revents != 0) drain(err_pipe_, err_);
    changed_.notify_all();
  }
  for (const int pipe : {out_pipe_, err_pipe_}) {
    if (pipe >= 0) close(pipe);
  }
  const std::scoped_lock lock(mutex_);
  silent_ = true;
  changed_.notify_all();
}

bool ChildProcess::await_out(const std::string& text, std::chrono::seconds patience) {
  return await(out_, text, patience);
}

bool ChildProcess::await_err(const std::string& text, std::chrono::seconds patience) {
  return await(err_, text, patience);
}

bool ChildProcess::await(const std::string& which, const std::string& text,
                         std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  const auto found = [&] { return which.find(text) != std::string::npos; };
  changed_.wait_for(lock, patience, [&] { return silent_ || found(); });
  return found();
}

std::string ChildProcess::err() const {
  const std::scoped_lock lock(mutex_);
  return err_;
}

void ChildProcess::signal(int number) const { kill(pid_, number); }

Finished ChildProcess::wait(std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [&] { return silent_; })) kill(pid_, SIGKILL);
  lock.unlock();
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  lock.lock();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out_, err_};
}

Finished run(const std::vector<std::string>& command) { return ChildProcess(command).wait(); }

}  // namespace staydown::support
