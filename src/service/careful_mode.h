// Finds the segment that ends processes: notes in commits, see docs/decisions/0009-kafka-worker.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kafka/record.h"

namespace staydown::service {

// What a commit says of its owner.
inline constexpr const char* kCleanNote = "";
inline constexpr const char* kRunningNote = "run";

// A value per thread: which records of the partitions taken over are to be announced before they
// are worked on. Not thread-safe; pure.
class CarefulMode {
 public:
  // No more than this many records may be in work between two commits.
  static constexpr std::int64_t kRecordsInWork = 64;
  static constexpr int kMostTries = 3;

  // A partition was taken over at this position. True if its owner ended without a clean stop.
  bool take_over(const kafka::Position& position);
  void clear() { suspects_.clear(); }

  bool applies_to(std::int32_t partition, std::int64_t offset) const;

  // The try that the record is about to be; above kMostTries it must not be tried.
  int next_try(std::int32_t partition, std::int64_t offset) const;
  static std::string note_of(int attempt);

 private:
  struct Suspect {
    std::int64_t first, end;  // records that may have been in work
    int tries;                // of `first`; 1 for all the others
  };
  std::map<std::int32_t, Suspect> suspects_;
};

}  // namespace staydown::service
