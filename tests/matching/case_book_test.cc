#include "matching/case_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/match_of.h"

namespace staydown::matching {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::MatchOf;

const Verdict kReview{VerdictKind::kReview, "threshold", VerdictKind::kReview};
const Verdict kTakedown{VerdictKind::kTakedown, "threshold", VerdictKind::kTakedown};
const Verdict kAllow{VerdictKind::kAllow, "threshold", VerdictKind::kAllow};
const Verdict kObserved{VerdictKind::kAllow, "observe", VerdictKind::kTakedown};

Match showing(const std::string& id, Interval query, Interval reference, double score) {
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(id);
  Match match;
  match.reference = timeline;
  match.query = query;
  match.interval = reference;
  match.score = score;
  match.strength = score / 16;
  return match;
}

auto Step(std::uint32_t number, CaseStepKind kind, MatchOf match) {
  return AllOf(Field("number", &CaseStep::case_number, number),
               Field("kind", &CaseStep::kind, kind), Field("match", &CaseStep::match, match));
}

using Judged = std::vector<std::pair<Match, Verdict>>;

TEST(CaseBook, OpensRaisesAndClosesOneShowing) {
  CaseBook book;
  const auto at = [](MediaTime end, double score) {
    return showing("ref-a", {10s, end}, {0s, end - 10s}, score);
  };
  EXPECT_THAT(book.apply(14s, Judged{{at(14s, 26), kReview}}),
              ElementsAre(Step(1, CaseStepKind::kOpened, MatchOf("ref-a").query(10s, 14s))));
  EXPECT_THAT(book.apply(16s, Judged{{at(16s, 40), kTakedown}}),
              ElementsAre(Step(1, CaseStepKind::kRaised, MatchOf("ref-a").query(10s, 16s))));
  EXPECT_THAT(book.apply(20s, Judged{{at(20s, 60), kTakedown}}), IsEmpty());
  EXPECT_TRUE(book.any_open());
  EXPECT_THAT(book.apply(80s, {}), IsEmpty());
  const auto closed = book.apply(81s, {});
  ASSERT_THAT(closed, ElementsAre(Step(1, CaseStepKind::kClosed,
                                       MatchOf("ref-a").query(10s, 20s).reference(0s, 10s))));
  EXPECT_TRUE(closed.front().match.ended);
  EXPECT_EQ(closed.front().verdict.kind, VerdictKind::kTakedown);
  EXPECT_FALSE(book.any_open());
  EXPECT_THAT(book.finish(), IsEmpty());
}

TEST(CaseBook, JoinsShowingsAcrossGapsUpToAMinute) {
  CaseBook book;
  book.apply(20s, Judged{{showing("ref-a", {0s, 20s}, {0s, 20s}, 50), kTakedown}});
  EXPECT_THAT(book.apply(90s, Judged{{showing("ref-a", {79s, 90s}, {30s, 41s}, 40), kTakedown}}),
              IsEmpty());
  EXPECT_THAT(book.finish(), ElementsAre(Step(1, CaseStepKind::kClosed,
                                              MatchOf("ref-a").query(0s, 90s).reference(0s, 41s))));
}

TEST(CaseBook, CountsALaterShowingAsTheNextCase) {
  CaseBook book;
  book.apply(20s, Judged{{showing("ref-a", {0s, 20s}, {0s, 20s}, 50), kTakedown}});
  EXPECT_THAT(book.apply(110s, Judged{{showing("ref-a", {90s, 110s}, {0s, 20s}, 50), kTakedown}}),
              ElementsAre(Step(1, CaseStepKind::kClosed, MatchOf("ref-a").query(0s, 20s)),
                          Step(2, CaseStepKind::kOpened, MatchOf("ref-a").query(90s, 110s))));
}

TEST(CaseBook, KeepsReferencesApart) {
  CaseBook book;
  EXPECT_THAT(book.apply(20s, Judged{{showing("ref-a", {0s, 20s}, {0s, 20s}, 50), kTakedown},
                                     {showing("ref-b", {5s, 20s}, {0s, 15s}, 30), kReview}}),
              ElementsAre(Step(1, CaseStepKind::kOpened, MatchOf("ref-a")),
                          Step(2, CaseStepKind::kOpened, MatchOf("ref-b"))));
  EXPECT_THAT(book.finish(), ElementsAre(Step(1, CaseStepKind::kClosed, MatchOf("ref-a")),
                                         Step(2, CaseStepKind::kClosed, MatchOf("ref-b"))));
}

TEST(CaseBook, LetsTheStrongerOfTwoExplanationsCount) {
  CaseBook book;
  book.apply(10s, Judged{{showing("ref-a", {0s, 10s}, {70s, 80s}, 26), kReview}});
  book.apply(20s, Judged{{showing("ref-a", {0s, 20s}, {5s, 25s}, 90), kTakedown}});
  EXPECT_THAT(book.finish(), ElementsAre(Step(1, CaseStepKind::kClosed,
                                              MatchOf("ref-a").query(0s, 20s).reference(5s, 25s))));
}

TEST(CaseBook, LetsTheLaterOfTwoAboutEquallyStrongExplanationsCount) {
  CaseBook book;
  book.apply(20s, Judged{{showing("ref-a", {0s, 20s}, {70s, 90s}, 90), kTakedown}});
  book.apply(22s, Judged{{showing("ref-a", {0s, 22s}, {5s, 27s}, 88), kTakedown}});
  book.apply(24s, Judged{{showing("ref-a", {0s, 24s}, {40s, 64s}, 60), kTakedown}});
  const auto closed = book.finish();
  ASSERT_THAT(closed, ElementsAre(Step(1, CaseStepKind::kClosed,
                                       MatchOf("ref-a").query(0s, 22s).reference(5s, 27s))));
  EXPECT_EQ(closed.front().match.score, 88);
}

TEST(CaseBook, KeepsAShowingOfWhichALaterOneIsButAPart) {
  CaseBook book;
  book.apply(100s, Judged{{showing("ref-a", {0s, 100s}, {0s, 100s}, 36), kTakedown}});
  book.apply(110s, Judged{{showing("ref-a", {70s, 110s}, {70s, 110s}, 34), kTakedown}});
  EXPECT_THAT(book.finish(),
              ElementsAre(Step(1, CaseStepKind::kClosed,
                               MatchOf("ref-a").query(0s, 110s).reference(0s, 110s))));
}

TEST(CaseBook, NoRowOfEverWeakerExplanationsReplacesAStrongOne) {
  CaseBook book;
  for (const int score : {120, 106, 92, 78}) {
    const MediaTime offset = std::chrono::seconds(120 - score);
    book.apply(20s,
               Judged{{showing("ref-a", {0s, 20s}, {offset, offset + 20s}, score), kTakedown}});
  }
  EXPECT_THAT(book.finish(),
              ElementsAre(Step(1, CaseStepKind::kClosed,
                               MatchOf("ref-a").query(0s, 20s).reference(14s, 34s))));
}

TEST(CaseBook, NeverLowersAVerdictWithinACase) {
  CaseBook book;
  book.apply(10s, Judged{{showing("ref-a", {0s, 10s}, {0s, 10s}, 50), kTakedown}});
  EXPECT_THAT(book.apply(20s, Judged{{showing("ref-a", {12s, 20s}, {40s, 48s}, 26), kReview}}),
              IsEmpty());
  const auto closed = book.finish();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed.front().verdict.kind, VerdictKind::kTakedown);
}

TEST(CaseBook, OpensForWhatObservingWouldHaveDoneAndNotForAllow) {
  CaseBook book;
  EXPECT_THAT(book.apply(10s, Judged{{showing("ref-a", {0s, 10s}, {0s, 10s}, 50), kObserved},
                                     {showing("ref-b", {0s, 10s}, {0s, 10s}, 50), kAllow}}),
              ElementsAre(Step(1, CaseStepKind::kOpened, MatchOf("ref-a"))));
}

// A reference that is replaced or enabled again makes a stream's past be searched again.
TEST(CaseBook, KnowsAClosedShowingAgainForAWhile) {
  CaseBook book(60s, 180s);
  book.apply(40s, Judged{{showing("ref-a", {10s, 40s}, {0s, 30s}, 40), kTakedown}});
  const auto again = showing("ref-a", {8s, 38s}, {0s, 30s}, 30);
  EXPECT_FALSE(book.closed_before(again));  // it joins the open case
  ASSERT_THAT(book.apply(101s, {}),
              ElementsAre(Step(1, CaseStepKind::kClosed, MatchOf("ref-a").query(10s, 40s))));
  EXPECT_TRUE(book.closed_before(again));
  EXPECT_FALSE(book.closed_before(showing("ref-b", {8s, 38s}, {0s, 30s}, 30)));
  EXPECT_FALSE(book.closed_before(showing("ref-a", {30s, 60s}, {0s, 30s}, 30)));
  book.apply(220s, {});
  EXPECT_TRUE(book.closed_before(again));
  book.apply(221s, {});
  EXPECT_FALSE(book.closed_before(again));
}

TEST(CaseBook, ForgetsClosedShowingsWhenTheClockIsSetBack) {
  CaseBook book(60s, 180s);
  book.apply(40s, Judged{{showing("ref-a", {10s, 40s}, {0s, 30s}, 40), kTakedown}});
  EXPECT_EQ(book.finish().size(), 1U);
  EXPECT_TRUE(book.closed_before(showing("ref-a", {10s, 40s}, {0s, 30s}, 40)));
  book.apply(2s, {});
  EXPECT_FALSE(book.closed_before(showing("ref-a", {10s, 40s}, {0s, 30s}, 40)));
}

}  // namespace
}  // namespace staydown::matching
