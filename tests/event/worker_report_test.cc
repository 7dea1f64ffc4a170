#include "event/worker_report.h"

#include <gtest/gtest.h>

#include "event/firing.h"

namespace staydown::event {
namespace {

Message message_of(const std::string& json) {
  return {.key = "k", .headers = {}, .value = Bytes(json.begin(), json.end())};
}

TEST(WorkerReport, ComesBackAsItWasWritten) {
  const WorkerReport report{.instance = "worker-3",
                            .at = WallTime(std::chrono::hours(8)),
                            .software = "staydown 0.1.0",
                            .model = "pdq-1",
                            .references_version = 41,
                            .references = 7,
                            .frames = 1'000,
                            .partitions = 16,
                            .lag = 3,
                            .ready = true};
  const auto message = to_message(report);
  EXPECT_EQ(message.key, "worker-3");
  const auto parsed = parse_worker_report(message);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, report);
}

TEST(WorkerReport, SaysWhatIsWrong) {
  EXPECT_EQ(parse_worker_report(message_of("{}")).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_worker_report(message_of("no")).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_worker_report({.key = "k", .headers = {}, .value = {}}).error().code,
            ErrorCode::kMalformed);
}

TEST(Firing, IsWhatOtherWorkersNeedOfAnEvent) {
  const auto event = [](const std::string& step, const std::string& verdict,
                        const std::string& rule) {
    return message_of(R"({"time":"1970-01-01T08:00:00Z","data":{"stream":"cam-7","step":")" + step +
                      R"(","verdict":")" + verdict + R"(","rule":")" + rule +
                      R"(","reference":{"id":"attack"}}})");
  };
  const Firing fired{.reference = ReferenceId("attack"),
                     .stream = StreamId("cam-7"),
                     .at = WallTime(std::chrono::hours(8)),
                     .takedown = true,
                     .breaker = false};
  EXPECT_EQ(parse_firing(event("opened", "takedown", "threshold")), fired);
  EXPECT_EQ(parse_firing(event("raised", "takedown", "threshold")), fired);
  EXPECT_EQ(parse_firing(event("closed", "takedown", "threshold")), std::nullopt);
  const auto tripped = parse_firing(event("opened", "review", "breaker"));
  ASSERT_TRUE(tripped);
  EXPECT_FALSE(tripped->takedown);
  EXPECT_TRUE(tripped->breaker);
  EXPECT_EQ(parse_firing(message_of("[]")), std::nullopt);
  EXPECT_EQ(parse_firing({.key = "cam-7", .headers = {}, .value = {}}), std::nullopt);
}

}  // namespace
}  // namespace staydown::event
