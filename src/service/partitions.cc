#include "service/partitions.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace staydown::service {

void Partitions::assign(std::vector<std::int32_t> partitions) {
  rewind();
  owned_ = std::move(partitions);
}

Result<void> Partitions::look_up(const std::function<void()>& alive) {
  careful_.clear();
  ends_.clear();
  reached_.clear();
  from_.clear();
  if (owned_->empty()) return {};  // more threads than partitions: this one stands by
  auto positions = consumer_.committed(*owned_);
  if (!positions) return tl::unexpected(std::move(positions.error()));
  for (auto& position : *positions) {
    const auto bounds = consumer_.bounds(position.partition);
    if (!bounds) return tl::unexpected(bounds.error());
    alive();
    const auto [low, high] = *bounds;
    ends_[position.partition] = high;
    if (careful_.take_over(position)) metrics_.add(Count::kUncleanEnds);
    if (position.offset < low || position.offset > high) position.offset = low;
  }
  from_ = *std::move(positions);
  return {};
}

Result<void> Partitions::start() {
  if (auto started = consumer_.start(from_); !started) return started;
  std::vector<kafka::Position> announced;
  for (const auto& position : from_) {
    reached_[position.partition] = position.offset;
    if (position.note == kCleanNote) {
      announced.push_back({position.partition, position.offset, kRunningNote});
    }
  }
  if (!announced.empty()) {
    if (auto told = commit(announced); !told) return told;
  }
  started_ = true;
  return {};
}

void Partitions::rewind() {
  started_ = false;
  done_.clear();
}

Result<void> Partitions::give_back(bool lost) {
  if (!lost) commit_clean_end();
  rewind();
  owned_.reset();
  reached_.clear();
  return consumer_.release();
}

bool Partitions::careful(std::int32_t partition, std::int64_t offset) const {
  return careful_.applies_to(partition, offset);
}

int Partitions::next_try(std::int32_t partition, std::int64_t offset) const {
  return careful_.next_try(partition, offset);
}

Result<void> Partitions::announce(std::int32_t partition, std::int64_t offset, int attempt) {
  return commit({{partition, offset, CarefulMode::note_of(attempt)}});
}

void Partitions::done(std::int32_t partition, std::int64_t offset) {
  done_.insert(partition);
  auto& reached = reached_[partition];
  reached = std::max(reached, offset + 1);
}

Result<void> Partitions::commit() {
  std::vector<kafka::Position> positions;
  for (const auto partition : std::exchange(done_, {})) {
    positions.push_back({partition, reached_[partition], kRunningNote});
  }
  return positions.empty() ? Result<void>() : commit(positions);
}

void Partitions::commit_clean_end() {
  if (!started_) return;
  std::vector<kafka::Position> positions;
  for (const auto& [partition, offset] : reached_) {
    positions.push_back({partition, offset, kCleanNote});
  }
  if (!positions.empty()) (void)commit(positions);  // if it is refused, the next owner is careful
}

Result<void> Partitions::commit(const std::vector<kafka::Position>& positions) {
  const auto begin = std::chrono::steady_clock::now();
  auto done = consumer_.commit(positions);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  metrics_.observe(Duration::kStage, took.count(), "commit");
  const bool refused = !done && done.error().code == ErrorCode::kBusy;
  metrics_.add(Count::kCommits, done ? "done" : refused ? "refused" : "failed");
  if (refused) return {};
  return done;
}

std::int64_t Partitions::end_when_looked_up(std::int32_t partition) const {
  const auto found = ends_.find(partition);
  return found == ends_.end() ? 0 : found->second;
}

std::int64_t Partitions::end_of(std::int32_t partition) const {
  return std::max(end_when_looked_up(partition), consumer_.end_of(partition));
}

bool Partitions::caught_up(std::int32_t partition) const {
  const auto reached = reached_.find(partition);
  return reached != reached_.end() && end_of(partition) <= reached->second;
}

std::int64_t Partitions::lag() const {
  std::int64_t lag = 0;
  for (const auto& [partition, reached] : reached_) {
    lag += std::max<std::int64_t>(0, end_of(partition) - reached);
  }
  return lag;
}

}  // namespace staydown::service
