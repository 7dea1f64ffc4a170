#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "event/example_event.h"

namespace staydown::event {
namespace {

using Json = nlohmann::ordered_json;

struct Validation {
  int status;
  std::string violations;
  bool operator==(const Validation&) const = default;
};
const Validation kValid{0, ""};

void PrintTo(const Validation& validation, std::ostream* out) {
  *out << "exit status " << validation.status << ": " << validation.violations;
}

// Holds `lines` against docs/events/takedown.v1.schema.json with tests/event/validate.py.
Validation validate(const std::vector<std::string>& lines) {
  const auto path = testing::TempDir() + "staydown-events-" + std::to_string(getpid()) + ".jsonl";
  std::ofstream file(path);
  for (const auto& line : lines) file << line << '\n';
  file.close();
  const auto command = STAYDOWN_PYTHON " " STAYDOWN_VALIDATOR " " STAYDOWN_EVENT_DOCS
                                       "/takedown.v1.schema.json < '" +
                       path + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  Validation validation{-1, ""};
  std::array<char, 4096> buffer{};
  while (const auto size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    validation.violations.append(buffer.data(), size);
  }
  validation.status = pclose(pipe);
  std::remove(path.c_str());
  return validation;
}

// Every step with every verdict, rule, view and descriptor, the empty and the hostile event.
std::vector<std::string> every_kind_of_event() {
  std::vector<std::string> lines;
  for (const auto step : {CaseStepKind::kOpened, CaseStepKind::kRaised, CaseStepKind::kClosed}) {
    for (const auto kind : {VerdictKind::kAllow, VerdictKind::kReview, VerdictKind::kTakedown}) {
      for (const auto* rule :
           {"threshold", "reference_limit", "listed_account", "breaker", "observe"}) {
        auto event = example_event();
        event.step.kind = step;
        event.step.verdict = {kind, rule, VerdictKind::kTakedown, "threshold"};
        lines.push_back(to_json(event));
      }
    }
  }
  auto views = example_event();
  views.step.match.evidence.resize(6);
  for (std::uint8_t i = 0; i < 6; ++i) {
    views.step.match.evidence[i].query_view = static_cast<View>(i);
    views.step.match.evidence[i].kind = DescriptorKind::kEmbedding;
  }
  lines.push_back(to_json(views));
  auto bare = example_event();
  bare.account = AccountId();
  bare.step.match.evidence.clear();
  bare.step.match.segments.clear();
  bare.latency = {};
  lines.push_back(to_json(bare));
  auto hostile = example_event();
  hostile.stream = StreamId(std::string("\0\n\xC2\x85\xFF</script>", 14));
  lines.push_back(to_json(hostile));
  return lines;
}

TEST(Schema, HoldsForEveryKindOfEvent) { EXPECT_EQ(validate(every_kind_of_event()), kValid); }

TEST(Schema, RefusesWhatIsMissingOrUnknown) {
  auto missing = Json::parse(to_json(example_event()));
  missing["data"].erase("score");
  auto unknown = Json::parse(to_json(example_event()));
  unknown["data"]["reference"]["path"] = "/tmp";
  auto unobserved = Json::parse(to_json(example_event()));
  unobserved["data"]["rule"] = "observe";
  const auto validation = validate({missing.dump(), unknown.dump(), unobserved.dump()});
  EXPECT_NE(validation.status, 0);
  EXPECT_EQ(validation.violations,
            "line 1: $.data: 'score' is a required property\n"
            "line 2: $.data.reference: Additional properties are not allowed ('path' was "
            "unexpected)\n"
            "line 3: $.data: 'would_be' is a required property\n"
            "line 3: $.data: 'would_be_rule' is a required property\n");
}

}  // namespace
}  // namespace staydown::event
