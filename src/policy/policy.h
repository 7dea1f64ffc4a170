// Rules: match + stream + account -> verdict.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/match.h"
#include "core/reference.h"
#include "core/segment.h"

namespace staydown::policy {

// A reference that would take down more than `max_streams` within `window` of each other falls back
// to review. 0 streams: off.
struct BreakerOptions {
  int max_streams = 50;
  MediaTime window = std::chrono::seconds(60);
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
  WallTime ingested{};  // when ingest held the segment: the breaker's time, since every stream has
                        // a media time of its own
};

// A breaker that has just opened: for a warning.
struct BreakerTrip {
  ReferenceId reference;
  int streams = 0;  // that it would have taken down within the window
  bool operator==(const BreakerTrip&) const = default;
};

// Judges matches. A verdict begins with what the score is worth; each rule may lower it, and the
// last that did is named:
//
//   threshold        takedown or review by the score, else allow
//   reference_limit  the reference's own max_verdict at most
//   listed_account   review at most for a listed account
//   breaker          review at most for a reference that fires on too many streams, until it is
//                    released; never for a confirmed reference
//   observe          allow; `would_be` and `would_be_rule` keep what the other rules gave
//
// A stream counts for the breaker when it starts to fire: going on with the same showing does not
// count again, the same stream after a quiet window does. Once open, a breaker stays open until the
// reference is listed in `released` or confirmed.
//
// Thread-safe: the breaker counts what all streams of the process fire, and what it is told of
// others. The same calls in the same order give the same verdicts.
class Policy {
 public:
  explicit Policy(PolicyOptions options);

  Verdict judge(const Match& match, const StreamContext& context);

  // What another process fired, for the breaker to count; and that it found its breaker open, so
  // that the one here opens too (with the next match that would fire). Repeats do no harm.
  void note_firing(const ReferenceId& reference, const StreamId& stream, WallTime at);
  void note_trip(const ReferenceId& reference);

  // Of the references that are enforced, those that the breaker holds back now, by id.
  std::vector<ReferenceId> held_back(const ReferenceSet& enforced) const;

  // Breakers that have opened since the last call, each once.
  std::vector<BreakerTrip> take_trips();

 private:
  struct Firing {
    WallTime first, last;
  };
  using Firings = std::map<StreamId, Firing>;
  Firings& count(const ReferenceId& reference, const StreamId& stream, WallTime at);
  bool has_breaker(const ReferenceInfo& reference) const;
  bool breaker_open(const ReferenceInfo& reference, const StreamContext& context);

  const PolicyOptions options_;
  mutable std::mutex mutex_;
  std::map<ReferenceId, Firings> firings_;  // guarded by mutex_
  std::set<ReferenceId> tripped_;           // guarded by mutex_
  std::vector<BreakerTrip> new_trips_;      // guarded by mutex_
};

}  // namespace staydown::policy
