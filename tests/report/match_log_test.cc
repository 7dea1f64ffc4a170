#include "report/match_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "report/sample_scan.h"

namespace staydown::report {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

const auto kReference = sample_reference("Helmet camera");

Match match_of(Interval query, MediaTime offset) {
  Match match;
  match.reference = kReference;
  match.query = query;
  match.interval = {query.begin + offset, query.end + offset};
  for (MediaTime t = query.begin; t < query.end; t += 1s) {
    Evidence evidence;
    evidence.query = t;
    evidence.reference = t + offset;
    match.evidence.push_back(evidence);
  }
  return match;
}

Match ended(Match match) {
  match.ended = true;
  return match;
}

Thumbnails thumbnails_of(Interval stream) {
  Thumbnails thumbnails;
  for (MediaTime t = stream.begin; t < stream.end; t += 1s) thumbnails.add(drawn_frame(0, t));
  return thumbnails;
}

std::vector<Interval> queries(const MatchLog& log) {
  std::vector<Interval> intervals;
  for (const auto& logged : log.matches()) intervals.push_back(logged.match.query);
  return intervals;
}

std::vector<MediaTime> pictured(const LoggedMatch& logged) {
  std::vector<MediaTime> times;
  for (const auto& pair : logged.pairs) {
    EXPECT_NE(pair.query, nullptr);
    times.push_back(pair.evidence.query);
  }
  return times;
}

void update(MatchLog& log, const std::vector<Match>& matches,
            const Thumbnails& thumbnails = Thumbnails()) {
  log.update(matches, thumbnails);
}

TEST(MatchLog, FollowsAMatchWhileItsBoundsMove) {
  MatchLog log;
  update(log, {match_of({10s, 14s}, 20s)});
  update(log, {match_of({9s, 16s}, 20100ms)});
  update(log, {ended(match_of({9s, 17s}, 20s))});
  EXPECT_THAT(queries(log), ElementsAre(Interval{9s, 17s}));
}

TEST(MatchLog, KeepsApartWhatIsNotTheSameShowing) {
  MatchLog log;
  update(log, {match_of({10s, 14s}, 20s), match_of({10s, 14s}, 60s)});  // a looping reference
  update(log, {ended(match_of({10s, 16s}, 20s)), match_of({10s, 16s}, 60s)});
  update(log, {match_of({12s, 18s}, 20s)});  // after the end of the first
  EXPECT_THAT(queries(log),
              ElementsAre(Interval{10s, 16s}, Interval{10s, 16s}, Interval{12s, 18s}));
  EXPECT_EQ(log.matches()[1].match.interval, (Interval{70s, 76s}));
}

TEST(MatchLog, KeepsPicturesThatTheStreamHasLeftBehind) {
  MatchLog log;
  update(log, {match_of({10s, 13s}, 20s)}, thumbnails_of({8s, 13s}));
  update(log, {match_of({10s, 15s}, 20s)}, thumbnails_of({14s, 15s}));  // 13 s was never sampled
  EXPECT_THAT(pictured(log.matches()[0]), ElementsAre(10s, 11s, 12s, 14s));
}

TEST(MatchLog, KeepsADozenPicturesOfAMatchThatHasEnded) {
  MatchLog log;
  update(log, {ended(match_of({0s, 45s}, 20s))}, thumbnails_of({0s, 45s}));
  EXPECT_THAT(pictured(log.matches()[0]),
              ElementsAre(0s, 4s, 8s, 12s, 16s, 20s, 24s, 28s, 32s, 36s, 40s, 44s));
}

TEST(MatchLog, CountsWhatDoesNotFit) {
  MatchLog log;
  for (std::size_t i = 0; i < MatchLog::kMaxMatches + 2; ++i) {
    const auto begin = static_cast<int>(i) * MediaTime(20s);
    update(log, {ended(match_of({begin, begin + 5s}, 1s))});
  }
  EXPECT_THAT(log.matches(), SizeIs(MatchLog::kMaxMatches));
  EXPECT_EQ(log.left_out(), 2U);
}

}  // namespace
}  // namespace staydown::report
