// From the topic of references to the bank that is its cache.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"
#include "kafka/log_reader.h"
#include "reference/reference_bank.h"
#include "reference/reference_log.h"

namespace staydown::service {

struct FeedOptions {
  kafka::ClientOptions client;
  std::string topic;
  std::string bank_path;  // made if it is missing
  std::function<WallTime()> clock;
};

// The bank at `bank_path` holds, after each call, what the topic said up to `version`. A bank that
// was read recently goes on from there; one that is older than half the topic's delete.retention.ms
// might have missed a removal, and is read anew. Nobody else may change the bank.
//
// Not thread-safe. Errors: kInvalidArgument for a bank with references of its own, or a topic with
// more than one partition; else Kafka's and the bank's, after which the same call goes on where it
// was.
class ReferenceFeed {
 public:
  static Result<std::unique_ptr<ReferenceFeed>> open(FeedOptions options);

  // What a call has done.
  struct Applied {
    std::size_t references = 0, removed = 0, damaged = 0;
    std::vector<WallTime> written;  // when the brokers took those references and removals
    bool any() const { return references + removed + damaged > 0; }
  };

  // All that the topic holds now. `alive` is called for each record.
  Result<Applied> catch_up(const std::function<void()>& alive = {});
  // What comes next, and what is there with it; nothing if it takes longer than `patience`. Asks
  // the brokers once a minute, and after an error, whether the topic is still there to be read.
  Result<Applied> next(std::chrono::milliseconds patience);

  // From the next catch_up() on everything is read again: what the bank holds is damaged.
  Result<void> distrust();

  reference::ReferenceBank& bank() { return *bank_; }
  std::int64_t version() const { return next_ - 1; }  // offset of the latest record applied

 private:
  explicit ReferenceFeed(FeedOptions options) : options_(std::move(options)) {}
  Result<void> begin();
  Result<void> choose_start();
  std::optional<reference::PackedReference> known(const ReferenceId& id) const;
  void take(kafka::Record record);
  Result<Applied> apply();
  Result<Applied> read_next(std::chrono::milliseconds patience);
  Result<void> note_position();

  FeedOptions options_;
  std::unique_ptr<reference::ReferenceBank> bank_;
  std::unique_ptr<kafka::LogReader> reader_;
  std::unique_ptr<reference::LogAssembler> assembler_;
  std::int64_t next_ = 0;
  bool following_ = false;  // the reader is where `next_` says
  bool anew_ = false;       // what the bank holds and the topic does not say goes
  std::set<ReferenceId> seen_;
  reference::Adoption pending_;  // read and not yet in the bank
  std::size_t pending_bytes_ = 0;
  Applied taken_;  // of pending_
  WallTime noted_{};
};

}  // namespace staydown::service
