#include "service/stream_shelf.h"

#include <utility>

namespace staydown::service {

ShelvedStream* StreamShelf::find(const StreamId& stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

ShelvedStream& StreamShelf::use(const StreamId& stream, std::int32_t partition) {
  auto& shelved = streams_[stream];
  shelved.partition = partition;
  if (shelved.used != 0) by_use_.erase(shelved.used);
  shelved.used = ++clock_;
  by_use_.emplace(shelved.used, stream);
  return shelved;
}

std::optional<StreamId> StreamShelf::least_used_beyond(std::size_t most) const {
  if (by_use_.size() <= most) return std::nullopt;
  return by_use_.begin()->second;
}

void StreamShelf::put_to_sleep(const StreamId& stream, Bytes saved) {
  auto& shelved = streams_.at(stream);
  by_use_.erase(shelved.used);
  shelved.used = 0;
  shelved.awake = false;
  shelved.record.detector = std::move(saved);
}

void StreamShelf::put(const StreamId& stream, ShelvedStream shelved) {
  drop(stream);
  streams_.emplace(stream, std::move(shelved));
}

void StreamShelf::drop(const StreamId& stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  if (found->second.used != 0) by_use_.erase(found->second.used);
  streams_.erase(found);
}

void StreamShelf::clear() {
  streams_.clear();
  by_use_.clear();
}

void StreamShelf::for_each(const std::function<void(const StreamId&, ShelvedStream&)>& visit) {
  for (auto& [stream, shelved] : streams_) visit(stream, shelved);
}

std::vector<StreamId> StreamShelf::where(
    const std::function<bool(const ShelvedStream&)>& holds) const {
  std::vector<StreamId> streams;
  for (const auto& [stream, shelved] : streams_) {
    if (holds(shelved)) streams.push_back(stream);
  }
  return streams;
}

}  // namespace staydown::service
