#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/report_builder.h"
#include "report/sample_scan.h"

namespace staydown::report {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

// The data of a rendered page.
Json data_of(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const auto begin = page.find(open) + open.size();
  return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

Json sample_data(const ReferenceFrames& frames) {
  return data_of(sample_scan("Helmet camera").render(sample_time(), frames));
}

TEST(ReportJson, HasTheMatchWithItsCaseAndPictures) {
  const auto input = sample_data(drawn_reference)["inputs"][0];
  ASSERT_EQ(input["matches"].size(), 1U);
  auto match = input["matches"][0];
  ASSERT_EQ(match["pairs"].size(), 12U);
  EXPECT_EQ(match["pairs"][0]["query_picture"].get<std::string>().substr(0, 4), "/9j/");  // JPEG
  EXPECT_EQ(match["pairs"][0]["reference_picture"].get<std::string>().substr(0, 4), "/9j/");
  match.erase("pairs");
  EXPECT_EQ(match, Json::parse(R"({
    "reference": {"id": "ref-a", "label": "Helmet camera", "grounds": "EU 2021/784, article 3",
                  "notice": "TCO-2026-0117", "max_verdict": "takedown", "duration": 120000000},
    "query": [12000000, 32000000], "interval": [30000000, 52000000], "speed": 1.1,
    "score": 101.99999999999997, "ended": true, "frames": 20, "evidence": 20, "case": 1,
    "no_reference_picture": ""})"));
  EXPECT_EQ(input["watched"], 60'000'000);
  EXPECT_EQ(input["curve"].size(), 29U);  // one segment of thirty is damaged
  EXPECT_EQ(input["events"].size(), 3U);
  EXPECT_EQ(input["problems"], (Json{{{"at", 44'000'000},
                                      {"text",
                                       "segment cam-7/22: truncated MPEG-TS packet at byte "
                                       "188032 (truncated)"}}}));
}

TEST(ReportJson, SaysWhyReferencePicturesAreMissing) {
  const auto absent = sample_data([](const ReferenceId&, MediaTime) {
    return Result<std::optional<Frame>>(std::nullopt);
  })["inputs"][0]["matches"][0];
  EXPECT_EQ(absent["pairs"][0]["reference_picture"], nullptr);
  EXPECT_EQ(absent["no_reference_picture"],
            "the reference's file is not at the path and digest that the bank keeps");
  const auto failed =
      sample_data([](const ReferenceId&, MediaTime) -> Result<std::optional<Frame>> {
        return fail(ErrorCode::kIo, "ref-a.mp4: permission denied");
      })["inputs"][0]["matches"][0];
  EXPECT_EQ(failed["no_reference_picture"], "ref-a.mp4: permission denied");
}

TEST(ReportJson, BoundsProblemsAndCountsTheRest) {
  ReportBuilder builder({});
  for (std::size_t i = 0; i < InputReport::kMaxProblems + 3; ++i) {
    builder.add_problem(StreamId("cam-7"), {static_cast<int>(i) * MediaTime(2s), "broken"});
  }
  const auto input = data_of(builder.render(sample_time(), drawn_reference))["inputs"][0];
  EXPECT_EQ(input["problems"].size(), InputReport::kMaxProblems);
  EXPECT_EQ(input["problems_left_out"], 3);
}

}  // namespace
}  // namespace staydown::report
