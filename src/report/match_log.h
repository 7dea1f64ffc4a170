// The matches of one stream as they stand, with pictures of the frames that voted for them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/match.h"
#include "report/thumbnails.h"

namespace staydown::report {

// One vote whose query frame can be shown.
struct FramePair {
  Evidence evidence;
  Picture query;
};

struct LoggedMatch {
  Match match;                   // latest state
  std::vector<FramePair> pairs;  // in order of time
};

// A match is reported again whenever it changes, with bounds that may have moved: an update is
// recognised by its reference and by overlapping a match that has not ended on both lines.
//
// Bounded: at most kMaxMatches are kept, the rest is counted; once a match has ended at most kPairs
// of its pictures are kept. Not thread-safe.
class MatchLog {
 public:
  static constexpr std::size_t kMaxMatches = 256;
  static constexpr std::size_t kPairs = 12;  // two screens of pictures: enough to judge a match

  // `matches`: those of one segment, each another alignment.
  void update(std::span<const Match> matches, const Thumbnails& thumbnails);

  const std::vector<LoggedMatch>& matches() const { return matches_; }
  std::size_t left_out() const { return left_out_; }

 private:
  std::vector<LoggedMatch> matches_;
  std::size_t left_out_ = 0;
};

// At most `count` of `pairs`, evenly spread, the first and the last among them.
std::vector<FramePair> spread(const std::vector<FramePair>& pairs, std::size_t count);

}  // namespace staydown::report
