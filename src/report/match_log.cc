#include "report/match_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace staydown::report {
namespace {

bool overlap(const Interval& a, const Interval& b) { return a.begin < b.end && b.begin < a.end; }

bool same_alignment(const Match& open, const Match& update) {
  return !open.ended && open.reference->info.id == update.reference->info.id &&
         overlap(open.query, update.query) && overlap(open.interval, update.interval);
}

Picture find_picture(const LoggedMatch& logged, MediaTime time) {
  const auto pair =
      std::ranges::find(logged.pairs, time, [](const FramePair& p) { return p.evidence.query; });
  return pair == logged.pairs.end() ? nullptr : pair->query;
}

std::vector<FramePair> pairs_of(const Match& match, const LoggedMatch& before,
                                const Thumbnails& thumbnails) {
  std::vector<FramePair> pairs;
  for (const auto& evidence : match.evidence) {
    auto picture = find_picture(before, evidence.query);
    if (!picture) picture = thumbnails.at(evidence.query);
    if (picture) pairs.push_back({evidence, std::move(picture)});
  }
  return match.ended ? spread(pairs, MatchLog::kPairs) : pairs;
}

}  // namespace

std::vector<FramePair> spread(const std::vector<FramePair>& pairs, std::size_t count) {
  if (pairs.size() <= count) return pairs;
  std::vector<FramePair> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(pairs[i * (pairs.size() - 1) / (count - 1)]);
  }
  return chosen;
}

void MatchLog::update(std::span<const Match> matches, const Thumbnails& thumbnails) {
  // What this very update adds or changes cannot be meant by its later matches.
  std::vector<std::size_t> open(matches_.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (const auto& match : matches) {
    const auto known = std::ranges::find_if(
        open, [&](std::size_t i) { return same_alignment(matches_[i].match, match); });
    if (known != open.end()) {
      auto& logged = matches_[*known];
      logged = {match, pairs_of(match, logged, thumbnails)};
      open.erase(known);
    } else if (matches_.size() < kMaxMatches) {
      matches_.push_back({match, pairs_of(match, {}, thumbnails)});
    } else {
      ++left_out_;
    }
  }
}

}  // namespace staydown::report
