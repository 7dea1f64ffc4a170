#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "event/example_event.h"

namespace staydown::event {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

TEST(ToJson, GivesTheWholeDocumentedExampleOnOneLine) {
  std::ifstream file(STAYDOWN_EVENT_DOCS "/takedown.v1.example.json");
  EXPECT_EQ(to_json(example_event()), Json::parse(file).dump());
}

TEST(ToJson, SaysWhatAnObservedVerdictWouldHaveBeen) {
  auto event = example_event();
  event.step.verdict = {VerdictKind::kAllow, "observe", VerdictKind::kReview, "breaker"};
  const auto data = Json::parse(to_json(event))["data"];
  EXPECT_EQ(data["verdict"], "allow");
  EXPECT_EQ(data["rule"], "observe");
  EXPECT_EQ(data["would_be"], "review");
  EXPECT_EQ(data["would_be_rule"], "breaker");
}

TEST(ToJson, SaysNullForWhatIsNotKnown) {
  auto event = example_event();
  event.account = AccountId();
  auto reference = *event.step.match.reference;
  reference.info.notice.clear();
  event.step.match.reference = std::make_shared<ReferenceTimeline>(reference);
  const auto data = Json::parse(to_json(event))["data"];
  EXPECT_EQ(data["account"], nullptr);
  EXPECT_EQ(data["reference"]["notice"], nullptr);
}

TEST(ToJson, ReplacesBytesThatAreNotUtf8) {
  auto event = example_event();
  event.stream = StreamId("cam\xFF");
  auto reference = *event.step.match.reference;
  reference.info.label = "caf\xC3";  // cut in the middle of a character
  event.step.match.reference = std::make_shared<ReferenceTimeline>(reference);
  const auto json = Json::parse(to_json(event));
  EXPECT_EQ(json["subject"], "cam\uFFFD");
  EXPECT_EQ(json["data"]["stream"], "cam\uFFFD");
  EXPECT_EQ(json["data"]["reference"]["label"], "caf\uFFFD");
}

TEST(ToJson, KeepsControlCharactersOutOfTheSubjectAndLineBreaksOutOfTheLine) {
  auto event = example_event();
  event.stream = StreamId("cam\n7\xC2\x85\x7F");
  const auto line = to_json(event);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  const auto json = Json::parse(line);
  EXPECT_EQ(json["subject"], "cam?7??");
  EXPECT_EQ(json["data"]["stream"], "cam\n7\xC2\x85\x7F");
}

}  // namespace
}  // namespace staydown::event
