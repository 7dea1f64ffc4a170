// Keeps a worker's index in step with the topic of references.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"
#include "index/reference_index.h"
#include "service/bank_follower.h"
#include "service/metrics.h"
#include "service/reference_feed.h"
#include "service/worker_health.h"

namespace staydown::service {

// What a follower tells others. All outlive it.
struct FollowerSetup {
  FeedOptions feed;
  std::shared_ptr<index::ReferenceIndex> index;
  std::string embedding_model = {};  // as for BankFollower
  Metrics* metrics = nullptr;
  WorkerHealth* health = nullptr;
  std::size_t slot = 0;  // in `health`
};

// Reads the topic whole, then follows it from a thread of its own: what is added or removed counts
// as soon as it is read, milliseconds after it was written. While the topic or the bank cannot be
// used, what was enforced stays so, readiness says why, and it is tried again. Nobody else changes
// `index`.
class ReferenceFollower {
 public:
  // Returns once everything that the topic holds is enforced.
  static Result<std::unique_ptr<ReferenceFollower>> start(FollowerSetup setup);

  // Offset of the latest record that is enforced.
  std::int64_t version() const { return version_; }

 private:
  ReferenceFollower(FollowerSetup setup, std::unique_ptr<ReferenceFeed> feed);
  Result<void> load();
  Result<void> enforce(const ReferenceFeed::Applied& applied);
  void follow(const std::stop_token& stop);

  FollowerSetup setup_;
  std::unique_ptr<ReferenceFeed> feed_;
  BankFollower bank_;
  std::vector<WallTime> unenforced_;  // written, in the bank, not yet in the index
  std::atomic<std::int64_t> version_ = -1;
  std::jthread thread_;
};

}  // namespace staydown::service
