#include "service/load.h"

#include <algorithm>

#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr MediaTime kUsualSegment = 2s;  // where ingest does not say how long one is
constexpr MediaTime kSuspicion = 60s;    // after a hit

}  // namespace

Effort effort_in(int step, const Segment& segment, const LastLooks& looks, double score) {
  if (score > 0) return Effort::kFull;
  if (looks.suspected && segment.start - *looks.suspected < kSuspicion) --step;
  if (step <= 0) return Effort::kFull;
  const auto end = segment.start + std::max(segment.duration, kUsualSegment);
  const bool soon = looks.sampled && segment.start >= *looks.sampled &&
                    end - *looks.sampled <= Overload::spacing(step);
  return soon ? Effort::kSkip : Effort::kOneFrame;
}

void Load::note(MediaTime age, std::chrono::steady_clock::time_point now) {
  const int before = overload_.step();
  metrics_.set(Level::kOldestAge, seconds(std::max(age, MediaTime::zero())), {}, slot_);
  if (!overload_.update(age, now)) return;
  const int step = overload_.step();
  metrics_.set(Level::kOverload, step, {}, slot_);
  metrics_.add(Count::kOverloadSteps, step > before ? "up" : "down");
  log(step > before ? LogLevel::kWarning : LogLevel::kInfo, "overload_step",
      {{"thread", slot_}, {"step", step}, {"segment_age_seconds", seconds(age)}});
}

}  // namespace staydown::service
