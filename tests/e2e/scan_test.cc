#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "e2e/fixture.h"

namespace staydown::e2e {
namespace {

using namespace std::chrono_literals;
using support::run;
using testing::HasSubstr;
using testing::StartsWith;

constexpr double kSecond = 1e6;  // in the microseconds of events

// The intervals of an event lie within a second of the truth.
void expect_intervals(const nlohmann::json& event, double query_begin, double query_end,
                      double reference_begin, double reference_end) {
  const auto& data = event.at("data");
  EXPECT_NEAR(data.at("query_interval").at("begin").get<double>(), query_begin * kSecond, kSecond)
      << event.dump();
  EXPECT_NEAR(data.at("query_interval").at("end").get<double>(), query_end * kSecond, kSecond)
      << event.dump();
  EXPECT_NEAR(data.at("reference_interval").at("begin").get<double>(), reference_begin * kSecond,
              kSecond)
      << event.dump();
  EXPECT_NEAR(data.at("reference_interval").at("end").get<double>(), reference_end * kSecond,
              kSecond)
      << event.dump();
}

TEST_F(Scan, FindsAnEditedCopyAndSaysWhereItIs) {
  const auto bank = add_reference({"--label", "Attack of May", "--grounds", "notice 12"});
  const auto stream = make_stream(
      "stream.ts", {.seed = kReferenceSeed,
                    .from = 5s,
                    .duration = 10s,
                    .edit = support::combined(support::mirrored(), support::brightened(20))});
  const auto scan = run(staydown({"scan", stream, "--bank", bank, "--account", "uploader-3"}));

  EXPECT_EQ(scan.status, 3) << scan.err;
  const auto events = events_of(scan.out);
  ASSERT_GE(events.size(), 2U) << scan.out;
  EXPECT_EQ(events.front().at("subject"), "stream");
  EXPECT_EQ(events.front().at("data").at("step"), "opened");
  EXPECT_EQ(events.front().at("data").at("account"), "uploader-3");
  // At once, or by way of a review, which depends on the last bits of a few hashes.
  const auto fired = std::find_if(events.begin(), events.end(), [](const auto& event) {
    return event.at("data").at("verdict") == "takedown";
  });
  ASSERT_NE(fired, events.end()) << scan.out;
  EXPECT_LE(fired->at("data").at("decided_at").get<double>(), 12 * kSecond);
  EXPECT_EQ(events.back().at("data").at("step"), "closed");
  expect_intervals(events.back(), 8, 18, 5, 15);
  EXPECT_THAT(scan.err, HasSubstr("event=scan_done segments=12 "));
}

TEST_F(Scan, FindsACropByTheShippedModelWhichHashesMiss) {
  const auto bank = add_reference({"--model", "shipped"});
  const auto stream = make_stream("stream.ts", {.seed = kReferenceSeed,
                                                .from = 5s,
                                                .duration = 10s,
                                                .edit = support::cropped(0.05, 0.1, 0.85, 0.85)});
  EXPECT_EQ(run(staydown({"scan", stream, "--bank", bank})).status, 0);

  const auto scan = run(staydown({"scan", stream, "--bank", bank, "--model", "shipped"}));
  ASSERT_EQ(scan.status, 3) << scan.err;
  const auto events = events_of(scan.out);
  // To the model synthetic scenes are much alike, so where the copy begins is not exact.
  const auto interval = events.back().at("data").at("query_interval");
  EXPECT_LE(interval.at("begin").get<double>(), 10 * kSecond);
  EXPECT_GE(interval.at("end").get<double>(), 16 * kSecond);
  EXPECT_THAT(events.back().at("data").at("versions").at("model").get<std::string>(),
              StartsWith("pdq-1+staydown-embedding/"));
}

TEST_F(Scan, GivesTheSameDecisionsAtRealTimePace) {
  const auto bank = add_reference();
  const auto stream =
      write_video("stream.ts", {{.seed = kBackgroundSeed, .duration = 2s},
                                {.seed = kReferenceSeed, .from = 3s, .duration = 6s}});
  const auto fast = run(staydown({"scan", stream, "--bank", bank}));
  const auto paced = run(staydown({"scan", stream, "--bank", bank, "--realtime"}));

  EXPECT_EQ(fast.status, 3) << fast.err;
  EXPECT_EQ(paced.status, 3) << paced.err;
  EXPECT_EQ(decisions_of(events_of(fast.out)), decisions_of(events_of(paced.out)));
}

TEST_F(Scan, FindsNothingInOtherFootage) {
  const auto bank = add_reference();
  const auto scan = run(staydown({"scan", make_background("stream.ts", 10s), "--bank", bank}));
  EXPECT_EQ(scan.status, 0) << scan.err;
  EXPECT_EQ(scan.out, "");
}

TEST_F(Scan, AsksForReviewOnlyWhereTheReferenceMayCauseNoMore) {
  const auto bank = add_reference({"--max-verdict", "review"});
  const auto stream =
      make_stream("stream.ts", {.seed = kReferenceSeed, .from = 2s, .duration = 8s});
  const auto scan = run(staydown({"scan", stream, "--bank", bank}));
  EXPECT_EQ(scan.status, 4) << scan.err;
  const auto events = events_of(scan.out);
  ASSERT_FALSE(events.empty());
  for (const auto& event : events) EXPECT_EQ(event.at("data").at("verdict"), "review");
}

TEST_F(Scan, OnlyObservesWhenAskedTo) {
  const auto bank = add_reference();
  const auto stream =
      make_stream("stream.ts", {.seed = kReferenceSeed, .from = 2s, .duration = 8s});
  const auto scan = run(staydown({"scan", stream, "--bank", bank, "--observe"}));
  EXPECT_EQ(scan.status, 0) << scan.err;
  const auto events = events_of(scan.out);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].at("data").at("verdict"), "allow");
  EXPECT_EQ(events[0].at("data").at("would_be"), "takedown");
}

TEST_F(Scan, SaysNothingFoundOnlyIfEverySegmentCouldBeUsed) {
  const auto bank = add_reference();
  const auto good = make_background("stream.ts", 6s);
  const auto bad = path("noise.ts");
  std::ofstream(bad) << std::string(100'000, 'x');

  const auto whole = run(staydown({"scan", good, bad, "--bank", bank}));
  EXPECT_EQ(whole.status, 1) << whole.err;
  EXPECT_THAT(whole.err, HasSubstr("noise.ts"));
}

TEST_F(Scan, AppendsEventsToAFileAndSaysWhenTheDiskIsFull) {
  const auto bank = add_reference();
  const auto stream =
      make_stream("stream.ts", {.seed = kReferenceSeed, .from = 2s, .duration = 8s});
  const auto kept =
      run(staydown({"scan", stream, "--bank", bank, "--output", path("events.jsonl")}));
  EXPECT_EQ(kept.status, 3) << kept.err;
  std::ifstream file(path("events.jsonl"));
  const std::string lines{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(lines, kept.out);

  const auto full = run(staydown({"scan", stream, "--bank", bank, "--output", "/dev/full"}));
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.err, HasSubstr("/dev/full: cannot write an event: No space left on device"));
}

TEST_F(Scan, LeavesAReportThatStandsAlone) {
  const auto bank = add_reference({"--label", "Attack of May"});
  const auto stream =
      make_stream("stream.ts", {.seed = kReferenceSeed, .from = 2s, .duration = 8s});
  const auto scan =
      run(staydown({"scan", stream, "--bank", bank, "--report", path("report.html")}));
  EXPECT_EQ(scan.status, 3) << scan.err;
  std::ifstream file(path("report.html"));
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(page, HasSubstr("Attack of May"));
  EXPECT_THAT(page, HasSubstr("data:image/jpeg;base64,"));
}

TEST_F(Scan, ExplainsWhatItCannotUse) {
  const auto missing_bank = run(staydown({"scan", "x.ts", "--bank", path("none.db")}));
  EXPECT_EQ(missing_bank.status, 1);
  EXPECT_THAT(missing_bank.err, StartsWith("staydown: "));
  EXPECT_THAT(missing_bank.err, HasSubstr("none.db"));

  const auto bank = add_reference();
  const auto missing_input = run(staydown({"scan", path("none.ts"), "--bank", bank}));
  EXPECT_EQ(missing_input.status, 1);
  EXPECT_THAT(missing_input.err, HasSubstr("none.ts"));

  const auto wrong_flag = run(staydown({"scan", "x.ts", "--fast"}));
  EXPECT_EQ(wrong_flag.status, 2);
  EXPECT_THAT(wrong_flag.err, HasSubstr("--fast"));
}

}  // namespace
}  // namespace staydown::e2e
