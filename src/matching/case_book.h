// Showings of references by one stream, as cases with numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/match.h"

namespace staydown::matching {

// A case joins showings of one reference with gaps up to `max_gap`; it is opened by the first
// verdict above allow, raised once if review becomes takedown, and closed once when the gap is
// exceeded or the stream ends. Case numbers count from 1 per stream and are never used twice. Not
// thread-safe; pure.
class CaseBook {
 public:
  explicit CaseBook(MediaTime max_gap = std::chrono::seconds(60));

  // `judged`: the matches of one segment with their verdicts. Closings come first, then openings
  // and raises.
  std::vector<CaseStep> apply(MediaTime now, std::span<const std::pair<Match, Verdict>> judged);

  // The stream ends here: closes what is open.
  std::vector<CaseStep> finish();

  bool any_open() const;

 private:
  struct OpenCase {
    std::uint32_t number;
    Match match;
    Verdict verdict;
  };
  MediaTime max_gap_;
  std::uint32_t last_number_ = 0;
  std::vector<OpenCase> open_;
};

}  // namespace staydown::matching
