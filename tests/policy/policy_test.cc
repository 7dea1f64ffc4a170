#include "policy/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace staydown {

bool operator==(const Verdict& a, const Verdict& b) {
  return a.kind == b.kind && a.rule == b.rule && a.would_be == b.would_be &&
         a.would_be_rule == b.would_be_rule;
}
void PrintTo(const Verdict& verdict, std::ostream* out) {
  *out << name_of(verdict.kind) << " by " << verdict.rule << ", would be "
       << name_of(verdict.would_be) << " by " << verdict.would_be_rule;
}

namespace policy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kAllow = VerdictKind::kAllow;
constexpr auto kReview = VerdictKind::kReview;
constexpr auto kTakedown = VerdictKind::kTakedown;

PolicyOptions options() {
  PolicyOptions options;
  options.review_score = 25;
  options.takedown_score = 30;
  return options;
}

ReferenceInfo reference(const std::string& id) {
  ReferenceInfo info;
  info.id = ReferenceId(id);
  return info;
}
ReferenceInfo limited_to_review() {
  ReferenceInfo info = reference("ref-a");
  info.max_verdict = VerdictKind::kReview;
  return info;
}
ReferenceInfo confirmed() {
  ReferenceInfo info = reference("ref-a");
  info.confirmed = true;
  return info;
}

Match match_of(double score, ReferenceInfo info = reference("ref-a")) {
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info = std::move(info);
  Match match;
  match.reference = timeline;
  match.score = score;
  return match;
}

ReferenceSet enforced(std::initializer_list<ReferenceInfo> infos) {
  ReferenceSet set;
  for (const auto& info : infos) set.emplace(info.id, match_of(0, info).reference);
  return set;
}

StreamContext on(const std::string& stream, MediaTime now = 0s) {
  return {StreamId(stream), AccountId("someone"), WallTime(now)};
}

TEST(Policy, ComparesTheScoreWithBothThresholds) {
  Policy policy(options());
  EXPECT_EQ(policy.judge(match_of(24.9), on("s")),
            (Verdict{kAllow, "threshold", kAllow, "threshold"}));
  EXPECT_EQ(policy.judge(match_of(25), on("s")),
            (Verdict{kReview, "threshold", kReview, "threshold"}));
  EXPECT_EQ(policy.judge(match_of(30), on("s")),
            (Verdict{kTakedown, "threshold", kTakedown, "threshold"}));
}

TEST(Policy, NeverGoesAboveWhatTheReferenceMayCause) {
  Policy policy(options());
  EXPECT_EQ(policy.judge(match_of(99, limited_to_review()), on("s")),
            (Verdict{kReview, "reference_limit", kReview, "reference_limit"}));
  EXPECT_EQ(policy.judge(match_of(26, limited_to_review()), on("s")),
            (Verdict{kReview, "threshold", kReview, "threshold"}));
}

TEST(Policy, LeavesListedAccountsToPeople) {
  PolicyOptions press = options();
  press.listed_accounts = {AccountId("someone")};
  Policy policy(press);
  EXPECT_EQ(policy.judge(match_of(99), on("s")),
            (Verdict{kReview, "listed_account", kReview, "listed_account"}));
  StreamContext other = on("s");
  other.account = AccountId("another");
  EXPECT_EQ(policy.judge(match_of(99), other).kind, kTakedown);
}

TEST(Policy, PublishesWhatWouldHaveBeenWhenObserving) {
  PolicyOptions observing = options();
  observing.observe = true;
  Policy policy(observing);
  EXPECT_EQ(policy.judge(match_of(99), on("s")),
            (Verdict{kAllow, "observe", kTakedown, "threshold"}));
  EXPECT_EQ(policy.judge(match_of(26), on("s")),
            (Verdict{kAllow, "observe", kReview, "threshold"}));
  EXPECT_EQ(policy.judge(match_of(3), on("s")),
            (Verdict{kAllow, "threshold", kAllow, "threshold"}));
}

class BreakerTest : public ::testing::Test {
 protected:
  static PolicyOptions three_a_minute() {
    PolicyOptions with = options();
    with.breaker = {.max_streams = 3, .window = 60s};
    return with;
  }
  static void fire_on(Policy& policy, int streams, MediaTime now = 0s) {
    for (int i = 0; i < streams; ++i) policy.judge(match_of(99), on(std::to_string(i), now));
  }
};

TEST_F(BreakerTest, FallsBackToReviewOnTooManyStreamsAndWarnsOnce) {
  Policy policy(three_a_minute());
  fire_on(policy, 3);
  EXPECT_THAT(policy.held_back(enforced({reference("ref-a")})), IsEmpty());
  EXPECT_EQ(policy.judge(match_of(99), on("fourth", 50s)),
            (Verdict{kReview, "breaker", kReview, "breaker"}));
  EXPECT_THAT(policy.take_trips(), ElementsAre(BreakerTrip{ReferenceId("ref-a"), 4}));
  EXPECT_THAT(policy.take_trips(), IsEmpty());
  EXPECT_THAT(policy.held_back(enforced({reference("ref-a")})), ElementsAre(ReferenceId("ref-a")));
  EXPECT_EQ(policy.judge(match_of(99), on("0", 9000s)).rule, "breaker");
}

TEST_F(BreakerTest, CountsEachReferenceOnItsOwn) {
  Policy policy(three_a_minute());
  fire_on(policy, 3);
  EXPECT_EQ(policy.judge(match_of(99, reference("ref-b")), on("fourth")).kind, kTakedown);
}

TEST_F(BreakerTest, CountsAStreamOnceHoweverLongItShowsTheReference) {
  Policy policy(three_a_minute());
  for (int second = 0; second < 600; ++second) fire_on(policy, 3, std::chrono::seconds(second));
  EXPECT_EQ(policy.judge(match_of(99), on("fourth", 600s)).kind, kTakedown);
  EXPECT_THAT(policy.held_back(enforced({reference("ref-a")})), IsEmpty());
}

TEST_F(BreakerTest, ForgetsStreamsThatFiredBeforeTheWindow) {
  Policy policy(three_a_minute());
  fire_on(policy, 3);
  EXPECT_EQ(policy.judge(match_of(99), on("fourth", 61s)).kind, kTakedown);
}

// Workers are not equally far behind.
TEST_F(BreakerTest, DoesNotCountStreamsThatFireAfterTheWindow) {
  Policy policy(three_a_minute());
  fire_on(policy, 3, 3600s);
  EXPECT_EQ(policy.judge(match_of(99), on("behind", 0s)).kind, kTakedown);
}

TEST_F(BreakerTest, CountsOnlyWhatWouldBeTakenDown) {
  Policy policy(three_a_minute());
  for (int i = 0; i < 9; ++i) policy.judge(match_of(26), on(std::to_string(i)));
  for (int i = 0; i < 9; ++i)
    policy.judge(match_of(99, limited_to_review()), on(std::to_string(i)));
  EXPECT_EQ(policy.judge(match_of(99), on("first")).kind, kTakedown);
}

TEST_F(BreakerTest, NeverStopsAConfirmedReference) {
  Policy policy(three_a_minute());
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(policy.judge(match_of(99, confirmed()), on(std::to_string(i))).kind, kTakedown);
  }
}

TEST_F(BreakerTest, LetsAReleasedReferenceFire) {
  PolicyOptions released = three_a_minute();
  released.released = {ReferenceId("ref-a")};
  Policy policy(released);
  fire_on(policy, 9);
  EXPECT_EQ(policy.judge(match_of(99), on("tenth")).kind, kTakedown);
}

TEST_F(BreakerTest, IsOffWithZeroStreams) {
  PolicyOptions off = options();
  off.breaker.max_streams = 0;
  Policy policy(off);
  fire_on(policy, 99);
  EXPECT_EQ(policy.judge(match_of(99), on("last")).kind, kTakedown);
}

TEST_F(BreakerTest, CountsWhatOtherProcessesFire) {
  Policy policy(three_a_minute());
  for (const char* stream : {"a", "b", "c", "c"}) {
    policy.note_firing(ReferenceId("ref-a"), StreamId(stream), WallTime(10s));
  }
  EXPECT_THAT(policy.held_back(enforced({reference("ref-a")})), IsEmpty());
  EXPECT_EQ(policy.judge(match_of(99, reference("ref-b")), on("mine", 50s)).kind, kTakedown);
  EXPECT_EQ(policy.judge(match_of(99), on("mine", 50s)).rule, "breaker");
  EXPECT_THAT(policy.take_trips(), ElementsAre(BreakerTrip{ReferenceId("ref-a"), 4}));
}

TEST_F(BreakerTest, OpensWhereAnotherProcessFoundItOpen) {
  Policy policy(three_a_minute());
  policy.note_trip(ReferenceId("ref-a"));
  EXPECT_EQ(policy.judge(match_of(99), on("first")),
            (Verdict{kReview, "breaker", kReview, "breaker"}));
  EXPECT_EQ(policy.judge(match_of(99, confirmed()), on("first")).kind, kTakedown);
  EXPECT_THAT(policy.take_trips(), IsEmpty());  // the other one has warned
}

TEST_F(BreakerTest, IsNamedWhenObserving) {
  PolicyOptions observing = three_a_minute();
  observing.observe = true;
  Policy policy(observing);
  fire_on(policy, 3);
  EXPECT_EQ(policy.judge(match_of(99), on("fourth")),
            (Verdict{kAllow, "observe", kReview, "breaker"}));
}

TEST_F(BreakerTest, HoldsBackNothingThatIsReleasedConfirmedOrGone) {
  PolicyOptions options = three_a_minute();
  options.released = {ReferenceId("ref-b")};
  Policy policy(options);
  for (const char* id : {"ref-a", "ref-b", "ref-c"}) policy.note_trip(ReferenceId(id));
  EXPECT_THAT(policy.held_back(enforced({reference("ref-a"), reference("ref-b")})),
              ElementsAre(ReferenceId("ref-a")));
  EXPECT_THAT(policy.held_back(enforced({confirmed()})), IsEmpty());
}

TEST_F(BreakerTest, CountsTheStreamsOfAllThreads) {
  Policy policy(three_a_minute());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&policy, t] {
        for (int i = 0; i < 100; ++i) policy.judge(match_of(99), on(std::to_string(t)));
      });
    }
  }
  EXPECT_THAT(policy.take_trips(), ElementsAre(BreakerTrip{ReferenceId("ref-a"), 4}));
}

}  // namespace
}  // namespace policy
}  // namespace staydown
