#include "ingest/ingest_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/log.h"

namespace staydown::ingest {
namespace {

constexpr auto kStuckAfter = std::chrono::seconds(60);

}  // namespace

IngestHealth::Part::Part(IngestHealth& health, std::string name, std::string problem)
    : health_(health), id_([&] {
        const std::scoped_lock lock(health.mutex_);
        health.parts_[health.next_] = {std::move(name), std::move(problem), {}};
        health.show();
        return health.next_++;
      }()) {}

IngestHealth::Part::~Part() {
  const std::scoped_lock lock(health_.mutex_);
  health_.parts_.erase(id_);
  health_.show();
}

void IngestHealth::Part::alive() {
  const std::scoped_lock lock(health_.mutex_);
  health_.parts_[id_].alive = std::chrono::steady_clock::now();
}

void IngestHealth::Part::waits() {
  const std::scoped_lock lock(health_.mutex_);
  health_.parts_[id_].alive.reset();
}

void IngestHealth::Part::problem(const std::string& reason) {
  const std::scoped_lock lock(health_.mutex_);
  auto& state = health_.parts_[id_];
  if (state.problem == reason) return;
  state.problem = reason;
  health_.show();
  using service::LogLevel;
  if (reason.empty()) {
    service::log(LogLevel::kInfo, "ingest_ready", {{"part", state.name}});
  } else {
    service::log(LogLevel::kWarning, "ingest_not_ready",
                 {{"part", state.name}, {"reason", reason}});
  }
}

void IngestHealth::stopping() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  show();
}

void IngestHealth::show() {
  const bool ready =
      !stopping_ && !parts_.empty() &&
      std::ranges::all_of(parts_, [](const auto& part) { return part.second.problem.empty(); });
  metrics_.set(service::Level::kReady, ready ? 1 : 0);
}

service::HttpAnswer IngestHealth::health(Moment now) const {
  const std::scoped_lock lock(mutex_);
  service::HttpAnswer answer;
  for (const auto& [id, part] : parts_) {
    if (!part.alive || now - *part.alive < kStuckAfter) continue;
    answer.ok = false;
    answer.text +=
        fmt::format("{}: stuck for {} s\n", part.name,
                    std::chrono::duration_cast<std::chrono::seconds>(now - *part.alive).count());
  }
  if (answer.ok) answer.text = "ok";
  return answer;
}

service::HttpAnswer IngestHealth::readiness() const {
  const std::scoped_lock lock(mutex_);
  service::HttpAnswer answer;
  if (stopping_) answer = {false, "stopping\n"};
  for (const auto& [id, part] : parts_) {
    if (part.problem.empty()) continue;
    answer.ok = false;
    answer.text += fmt::format("{}: {}\n", part.name, part.problem);
  }
  if (answer.ok && parts_.empty()) answer = {false, "starting"};
  if (answer.ok) answer.text = "ready";
  return answer;
}

}  // namespace staydown::ingest
