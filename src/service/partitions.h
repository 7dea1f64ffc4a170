// The partitions that one worker thread owns: where it is in each, and what the group is told of
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/result.h"
#include "kafka/group_consumer.h"
#include "service/careful_mode.h"
#include "service/metrics.h"

namespace staydown::service {

// From the group's word to the first record: `assign`, `look_up`, (states are loaded), `start`.
// Offsets go to the group with `commit`, with a note that says how its owner is doing
// (careful_mode.h). Not thread-safe.
class Partitions {
 public:
  // Both outlive it.
  Partitions(kafka::GroupConsumer& consumer, Metrics& metrics)
      : consumer_(consumer), metrics_(metrics) {}

  void assign(std::vector<std::int32_t> partitions);

  // The group has spoken and nothing arrives yet.
  bool to_be_taken_over() const { return owned_ && !started_; }
  bool started() const { return started_; }
  const std::vector<std::int32_t>& owned() const { return *owned_; }

  // Where the predecessors ended, and where the partitions do. `alive` is called in between.
  Result<void> look_up(const std::function<void()>& alive);
  // Records arrive from here on. Tells the group that somebody works.
  Result<void> start();
  // Nothing arrives any more until it is taken over again; what is not committed is done again.
  void rewind();
  // The group takes everything back. `lost`: it is somebody else's already.
  Result<void> give_back(bool lost);

  // The record is to be announced before it is worked on, by itself.
  bool careful(std::int32_t partition, std::int64_t offset) const;
  // The try that it is about to be, above CarefulMode::kMostTries: never again.
  int next_try(std::int32_t partition, std::int64_t offset) const;
  Result<void> announce(std::int32_t partition, std::int64_t offset, int attempt);

  // The record is done with.
  void done(std::int32_t partition, std::int64_t offset);
  // What was done since the last commit. A refusal is none: the partitions are moving, and their
  // next owner goes on.
  Result<void> commit();
  bool any_done() const { return !done_.empty(); }
  // Between two batches everything is committed; what is left is to say that this is a clean end.
  void commit_clean_end();

  // Offset after the last record: as it was then, and as far as it is known now.
  std::int64_t end_when_looked_up(std::int32_t partition) const;
  std::int64_t end_of(std::int32_t partition) const;
  bool caught_up(std::int32_t partition) const;
  std::int64_t lag() const;
  std::size_t size() const { return reached_.size(); }

 private:
  Result<void> commit(const std::vector<kafka::Position>& positions);

  kafka::GroupConsumer& consumer_;
  Metrics& metrics_;
  std::optional<std::vector<std::int32_t>> owned_;  // none: the group has not said yet
  bool started_ = false;
  std::vector<kafka::Position> from_;             // of look_up
  std::map<std::int32_t, std::int64_t> reached_;  // next offset of each
  std::map<std::int32_t, std::int64_t> ends_;     // when they were taken over
  std::set<std::int32_t> done_;                   // since the last commit
  CarefulMode careful_;
};

}  // namespace staydown::service
