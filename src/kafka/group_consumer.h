// One member of a consumer group.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"
#include "kafka/record.h"

namespace staydown::kafka {

struct Membership {
  std::string topic;
  std::string group;
  std::string instance;  // unique in the group and the same after a restart: static membership
};

// The group has given this member its partitions, all that it now has. Nothing arrives from them
// before `start`.
struct Assigned {
  std::vector<std::int32_t> partitions;
};

// The group takes back all partitions: finish, commit, and then `release` them. `lost`: they may be
// somebody else's already, so that commits are refused.
struct Revoked {
  std::vector<std::int32_t> partitions;
  bool lost = false;
};

using Polled = std::variant<std::monostate, Record, Assigned, Revoked>;

// Static membership, range assignor, session timeout 10 s, offsets committed only by `commit`; a
// partition without a committed offset is read from its beginning. (The cooperative assignor loses
// partitions on a commit during a rebalance before librdkafka 2.10.)
//
// Not thread-safe: used by one thread, which must come back to `poll` within max.poll.interval.ms.
class GroupConsumer {
 public:
  static Result<std::unique_ptr<GroupConsumer>> join(const ClientOptions& options,
                                                     Membership membership);
  // Leaves by `close` if the owner did not.
  ~GroupConsumer();

  // What comes next, monostate if that takes longer than `timeout`. An error is of the topic or the
  // group and passes or repeats by itself: kInternal alone is final, such as another process that
  // has joined as the same instance.
  Result<Polled> poll(std::chrono::milliseconds timeout);

  // What the group has committed for these partitions.
  Result<std::vector<Position>> committed(const std::vector<std::int32_t>& partitions);

  // First offset that is there, and the one after the last, asked of the broker.
  Result<std::pair<std::int64_t, std::int64_t>> bounds(std::int32_t partition);

  // Reads from here on, and nothing else; nothing is paused any more.
  Result<void> start(const std::vector<Position>& positions);
  Result<void> release();

  // Waits for the broker, 10 s, or 2 s once a stop is requested. kBusy: the group is being
  // rebalanced or the partition is no longer ours.
  Result<void> commit(const std::vector<Position>& positions);

  // Nothing arrives from the partition until `resume`, which goes on at `offset`.
  Result<void> pause(std::int32_t partition);
  Result<void> resume(std::int32_t partition, std::int64_t offset);

  // Offset after the last record of the partition as of the latest fetch; -1: not known yet.
  std::int64_t end_of(std::int32_t partition) const;

  // A broker answers.
  bool reachable(std::chrono::milliseconds timeout);

  // Waits for the coordinator; nothing may be used after it but the destructor. A static member's
  // partitions stay its own until it is back or the session timeout has passed.
  void close();

 private:
  class Impl;
  explicit GroupConsumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::kafka
