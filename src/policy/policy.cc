#include "policy/policy.h"

#include <algorithm>
#include <utility>

namespace staydown::policy {

Policy::Policy(PolicyOptions options) : options_(std::move(options)) {}

Verdict Policy::judge(const Match& match, const StreamContext& context) {
  const ReferenceInfo& reference = match.reference->info;
  Verdict verdict{VerdictKind::kAllow, "threshold", VerdictKind::kAllow};
  if (match.score >= options_.takedown_score) {
    verdict.kind = VerdictKind::kTakedown;
  } else if (match.score >= options_.review_score) {
    verdict.kind = VerdictKind::kReview;
  }
  const auto lower = [&](VerdictKind most, const char* rule) {
    if (verdict.kind <= most) return;
    verdict.kind = most;
    verdict.rule = rule;
  };
  lower(reference.max_verdict, "reference_limit");
  if (options_.listed_accounts.contains(context.account)) {
    lower(VerdictKind::kReview, "listed_account");
  }
  if (verdict.kind == VerdictKind::kTakedown && breaker_open(reference, context)) {
    lower(VerdictKind::kReview, "breaker");
  }
  verdict.would_be = verdict.kind;
  verdict.would_be_rule = verdict.rule;
  if (options_.observe) lower(VerdictKind::kAllow, "observe");
  return verdict;
}

bool Policy::has_breaker(const ReferenceInfo& reference) const {
  return options_.breaker.max_streams > 0 && !reference.confirmed &&
         !options_.released.contains(reference.id);
}

bool Policy::breaker_open(const ReferenceInfo& reference, const StreamContext& context) {
  if (!has_breaker(reference)) return false;
  const std::scoped_lock lock(mutex_);
  if (tripped_.contains(reference.id)) return true;

  const Firings& firings = count(reference.id, context.stream, context.ingested);
  const auto streams = std::count_if(firings.begin(), firings.end(), [&](const auto& other) {
    return std::chrono::abs(context.ingested - other.second.first) <= options_.breaker.window;
  });
  if (streams <= options_.breaker.max_streams) return false;
  firings_.erase(reference.id);
  tripped_.insert(reference.id);
  new_trips_.push_back({reference.id, static_cast<int>(streams)});
  return true;
}

Policy::Firings& Policy::count(const ReferenceId& reference, const StreamId& stream, WallTime at) {
  Firings& firings = firings_[reference];
  std::erase_if(firings, [&](const auto& firing) {
    return at - firing.second.last > options_.breaker.window;
  });
  Firing& firing = firings.try_emplace(stream, Firing{at, at}).first->second;
  firing.last = std::max(firing.last, at);
  return firings;
}

void Policy::note_firing(const ReferenceId& reference, const StreamId& stream, WallTime at) {
  const std::scoped_lock lock(mutex_);
  count(reference, stream, at);
}

void Policy::note_trip(const ReferenceId& reference) {
  const std::scoped_lock lock(mutex_);
  tripped_.insert(reference);
}

std::vector<ReferenceId> Policy::held_back(const ReferenceSet& enforced) const {
  const std::scoped_lock lock(mutex_);
  std::vector<ReferenceId> held;
  for (const auto& id : tripped_) {
    const auto found = enforced.find(id);
    if (found != enforced.end() && has_breaker(found->second->info)) held.push_back(id);
  }
  return held;
}

std::vector<BreakerTrip> Policy::take_trips() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(new_trips_, {});
}

}  // namespace staydown::policy
