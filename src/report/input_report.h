// What a report remembers of one stream.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/ids.h"
#include "event/takedown_event.h"
#include "report/match_log.h"
#include "report/score_curve.h"
#include "report/thumbnails.h"

namespace staydown::report {

// A stretch that could not be used, or was used with reservations.
struct Problem {
  MediaTime at{};
  std::string text;
};

struct InputReport {
  static constexpr std::size_t kMaxProblems = 200, kMaxEvents = 3 * MatchLog::kMaxMatches;

  std::string input;  // what was typed
  StreamId stream;
  AccountId account;
  MediaTime watched{};  // end of the last segment
  ScoreCurve curve;
  Thumbnails recent;
  MatchLog matches;
  std::vector<event::TakedownEvent> events;
  std::vector<Problem> problems;
  std::size_t events_left_out = 0, problems_left_out = 0;
};

}  // namespace staydown::report
