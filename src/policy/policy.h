// Rules: match + stream + account -> verdict.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/match.h"
#include "core/segment.h"

namespace staydown::policy {

struct BreakerOptions {
  int max_streams = 50;  // a reference that would take down more streams than this ...
  MediaTime window =
      std::chrono::seconds(60);  // ... within this long falls back to review; 0 streams = off
};

struct PolicyOptions {
  double review_score = 0, takedown_score = 0;  // from the calibration
  std::set<AccountId> listed_accounts;          // press, counter-speech: review at most
  std::set<ReferenceId> released;               // references whose breaker people have released
  bool observe = false;                         // publish every verdict as what would have been
  BreakerOptions breaker;
};

struct StreamContext {
  StreamId stream;
  AccountId account;
  MediaTime now{};  // clock of the breaker: media time of the end of the segment in a scan
};

// Judges matches. Rules, in the order in which they may lower a verdict: "threshold",
// "reference_limit", "listed_account", "breaker", "observe"; a verdict names the rule that decided
// it. Thread-safe: the breaker counts what all streams of the process fire.
class Policy {
 public:
  explicit Policy(PolicyOptions options);

  Verdict judge(const Match& match, const StreamContext& context);

  // References whose breaker is open now.
  std::vector<ReferenceId> tripped() const;

 private:
  struct Firing {
    StreamId stream;
    MediaTime at;
  };
  PolicyOptions options_;
  mutable std::mutex mutex_;
  std::map<ReferenceId, std::vector<Firing>> firings_;  // guarded by mutex_
  std::set<ReferenceId> tripped_;                       // guarded by mutex_
};

}  // namespace staydown::policy
