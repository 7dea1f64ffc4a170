#include "service/worker_health.h"

#include <fmt/format.h>

#include "service/log.h"

namespace staydown::service {
namespace {

constexpr auto kStuckAfter = std::chrono::seconds(60);

}  // namespace

WorkerHealth::WorkerHealth(std::vector<std::string> names, Metrics& metrics) : metrics_(metrics) {
  for (std::size_t thread = 0; thread < names.size(); ++thread) {
    threads_.push_back({.name = std::move(names[thread])});
    metrics_.set(Level::kReady, 0, {}, thread);
    metrics_.set(Level::kBrokersUp, 1, {}, thread);
  }
}

void WorkerHealth::alive(std::size_t thread) {
  const std::scoped_lock lock(mutex_);
  threads_[thread].alive = std::chrono::steady_clock::now();
}

void WorkerHealth::ready(std::size_t thread) {
  const std::scoped_lock lock(mutex_);
  auto& one = threads_[thread];
  one.alive = std::chrono::steady_clock::now();
  if (one.problem.empty()) return;
  one.problem.clear();
  show_ready(thread);
  log(LogLevel::kInfo, "worker_ready", {{"thread", one.name}});
}

void WorkerHealth::not_ready(std::size_t thread, const std::string& reason) {
  tell(thread, reason, std::chrono::steady_clock::now());
}

void WorkerHealth::takes_long(std::size_t thread, const std::string& reason) {
  tell(thread, reason, std::nullopt);
}

void WorkerHealth::tell(std::size_t thread, const std::string& reason,
                        std::optional<Moment> alive) {
  const std::scoped_lock lock(mutex_);
  auto& one = threads_[thread];
  one.alive = alive;
  if (one.problem == reason) return;
  one.problem = reason;
  show_ready(thread);
  log(LogLevel::kWarning, "worker_not_ready", {{"thread", one.name}, {"reason", reason}});
}

void WorkerHealth::brokers_up(std::size_t thread, bool up) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(threads_[thread].brokers_up, up) != up) {
    metrics_.set(Level::kBrokersUp, up ? 1 : 0, {}, thread);
    show_ready(thread);
  }
}

void WorkerHealth::show_ready(std::size_t thread) {
  metrics_.set(Level::kReady, threads_[thread].ready() ? 1 : 0, {}, thread);
}

HttpAnswer WorkerHealth::health(Moment now) const {
  const std::scoped_lock lock(mutex_);
  HttpAnswer answer;
  for (const auto& one : threads_) {
    if (!one.alive || now - *one.alive < kStuckAfter) continue;
    const auto silent = now - *one.alive;
    answer.ok = false;
    answer.text += fmt::format("thread {}: stuck for {} s\n", one.name,
                               std::chrono::duration_cast<std::chrono::seconds>(silent).count());
  }
  if (answer.ok) answer.text = "ok";
  return answer;
}

HttpAnswer WorkerHealth::readiness() const {
  const std::scoped_lock lock(mutex_);
  HttpAnswer answer;
  for (const auto& one : threads_) {
    if (one.ready()) continue;
    answer.ok = false;
    answer.text += fmt::format("thread {}: {}\n", one.name,
                               one.problem.empty() ? "no broker is connected" : one.problem);
  }
  if (answer.ok) answer.text = "ready";
  return answer;
}

}  // namespace staydown::service
