#include "event/firing.h"

#include <gtest/gtest.h>

#include <string>

#include "event/example_event.h"

namespace staydown::event {
namespace {

Message published(const TakedownEvent& event) {
  const auto text = to_json(event);
  return {.key = event.stream.value, .headers = {}, .value = Bytes(text.begin(), text.end())};
}

TakedownEvent judged(Verdict verdict, CaseStepKind step = CaseStepKind::kOpened) {
  auto event = example_event();
  event.step.kind = step;
  event.step.verdict = std::move(verdict);
  return event;
}

std::optional<Firing> firing(bool takedown, bool breaker) {
  const auto event = example_event();
  return Firing{event.step.match.reference->info.id, event.stream, event.time, takedown, breaker};
}

constexpr auto kAllow = VerdictKind::kAllow;
constexpr auto kReview = VerdictKind::kReview;
constexpr auto kTakedown = VerdictKind::kTakedown;

TEST(ParseFiring, TellsWhatFiredAndWhatABreakerHeldBack) {
  EXPECT_EQ(parse_firing(published(judged({kTakedown, "threshold", kTakedown, "threshold"}))),
            firing(true, false));
  EXPECT_EQ(parse_firing(published(judged({kReview, "breaker", kReview, "breaker"}))),
            firing(false, true));
  EXPECT_EQ(parse_firing(published(judged({kReview, "threshold", kReview, "threshold"}))),
            firing(false, false));
}

TEST(ParseFiring, TellsWhatWouldHaveBeenWhenObserving) {
  EXPECT_EQ(parse_firing(published(judged({kAllow, "observe", kTakedown, "threshold"}))),
            firing(true, false));
  EXPECT_EQ(parse_firing(published(judged({kAllow, "observe", kReview, "breaker"}))),
            firing(false, true));
}

// Events stay on the topic for longer than a release.
TEST(ParseFiring, TakesEventsThatDoNotSayWhichRuleItWouldHaveBeen) {
  auto message = published(judged({kAllow, "observe", kTakedown, "threshold"}));
  std::string text(message.value->begin(), message.value->end());
  const std::string member = R"("would_be_rule":"threshold",)";
  text.erase(text.find(member), member.size());
  message.value = Bytes(text.begin(), text.end());
  EXPECT_EQ(parse_firing(message), firing(true, false));
}

TEST(ParseFiring, TakesNothingElse) {
  EXPECT_EQ(parse_firing(published(judged({kTakedown, "threshold"}, CaseStepKind::kClosed))),
            std::nullopt);
  EXPECT_EQ(parse_firing({.key = "cam", .headers = {}, .value = std::nullopt}), std::nullopt);
  for (const std::string text : {"", "{", "7", "{}", R"({"data":{"step":"opened"}})"}) {
    const Message message{.key = "cam", .headers = {}, .value = Bytes(text.begin(), text.end())};
    EXPECT_EQ(parse_firing(message), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace staydown::event
