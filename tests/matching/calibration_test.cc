#include "matching/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_calibration.h"

namespace staydown::matching {
namespace {

using ::testing::HasSubstr;

TEST(Calibration, ReadsCurvesBetweenTheirPoints) {
  const auto calibration = testing::test_calibration();
  EXPECT_DOUBLE_EQ(calibration->log_ratio(DescriptorKind::kPdq, 10), 14);
  EXPECT_DOUBLE_EQ(calibration->log_ratio(DescriptorKind::kPdq, 49), 8.5);
  EXPECT_DOUBLE_EQ(calibration->log_ratio(DescriptorKind::kPdq, 300), -3.5);
  EXPECT_DOUBLE_EQ(calibration->cap(DescriptorKind::kPdq), 14);
}

TEST(Calibration, CountsAsNewOnlyMovementThatIsFollowed) {
  const auto calibration = testing::test_calibration();
  const auto nats = [&](double correlation) {
    return calibration->new_information({.least = 20, .correlation = correlation});
  };
  EXPECT_NEAR(nats(1), 12.75, 1e-6);
  EXPECT_NEAR(nats(0.15), 0, 1e-6);
  EXPECT_NEAR(nats(0), -2.25, 1e-6);
  EXPECT_EQ(calibration->new_information({.unchanged = true, .correlation = 1}), 0);
}

constexpr std::string_view kMovements = R"({"format": 2, "version": "x", "curves": {"pdq": {
  "cap": 3, "unchanged": 1, "nats_per_unit": 1, "points": [[0, 1]], "movement": [
    {"up_to": 20, "one_view": [[0, -1], [0.5, 2]], "two_views": [[0, -2], [0.5, 4]]},
    {"up_to": 40, "one_view": [[0, -3], [0.5, 3]], "two_views": [[0, -6], [0.5, 6]]}]}},
  "false_alarms": {"starts_per_hour": 1, "tail_rate": 1, "tail_log_per_entry_hour": 0}})";

TEST(Calibration, SaysWhichLearnedModelItIsOf) {
  EXPECT_EQ(Calibration::parse(kMovements, "mine.json")->model(), "");
  const std::string of_both =
      std::string(R"({"format": 2, "version": "x", "model": "m/1/f32", "curves": {"embedding": {
        "cap": 3, "unchanged": 0.1, "nats_per_unit": 1, "points": [[0, 2], [1, -1]],
        "movement": [{"up_to": 2, "one_view": [[-1, -4], [1, 4]]}]}},)") +
      R"("false_alarms": {"starts_per_hour": 1, "tail_rate": 1, "tail_log_per_entry_hour": 0}})";
  const auto calibration = Calibration::parse(of_both, "mine.json");
  ASSERT_TRUE(calibration) << calibration.error().message;
  EXPECT_EQ(calibration->model(), "m/1/f32");
  EXPECT_DOUBLE_EQ(calibration->log_ratio(DescriptorKind::kEmbedding, 0.5F), 0.5);
  EXPECT_EQ(calibration->cap(DescriptorKind::kPdq), 0);
  // Measured over one view, it stands for two.
  for (const int views : {1, 2}) {
    EXPECT_DOUBLE_EQ(
        calibration->new_information(
            {.kind = DescriptorKind::kEmbedding, .least = 1, .correlation = 0.5, .views = views}),
        2);
  }
  std::string unnamed = of_both;
  unnamed.erase(unnamed.find("\"model\""), std::string("\"model\": \"m/1/f32\",").size());
  EXPECT_THAT(Calibration::parse(unnamed, "mine.json").error().message,
              HasSubstr("model and curves.embedding go together"));
}

TEST(Calibration, HasACurveForEachSizeOfMovementAndNumberOfViews) {
  const auto calibration = Calibration::parse(kMovements, "mine.json");
  ASSERT_TRUE(calibration) << calibration.error().message;
  const auto nats = [&](double least, double correlation, int views) {
    return calibration->new_information(
        {.least = least, .correlation = correlation, .views = views});
  };
  EXPECT_DOUBLE_EQ(nats(20, 0.25, 1), 0.5);
  EXPECT_DOUBLE_EQ(nats(20, 0.25, 2), 1);
  EXPECT_DOUBLE_EQ(nats(20, 0.9, 2), 4);
  EXPECT_DOUBLE_EQ(nats(20, -0.9, 2), -2);
  EXPECT_DOUBLE_EQ(nats(21, 0.5, 1), 3);
  EXPECT_DOUBLE_EQ(nats(200, 0.5, 2), 6);  // beyond the last
}

TEST(Calibration, RefusesSizesOfMovementOutOfOrder) {
  std::string json(kMovements);
  json.replace(json.find("20"), 2, "40");
  const auto refused = Calibration::parse(json, "mine.json");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("mine.json: pdq: movement must be in ascending order of up_to"));
}

TEST(Calibration, GivesNoWeightToAKindWithoutACurve) {
  const auto calibration = testing::test_calibration();
  EXPECT_DOUBLE_EQ(calibration->log_ratio(DescriptorKind::kEmbedding, 0), 0);
  EXPECT_DOUBLE_EQ(calibration->cap(DescriptorKind::kEmbedding), 0);
}

TEST(Calibration, AsksForMoreOfALargerBankAndOfARarerAlarm) {
  const auto calibration = testing::test_calibration();
  const double base = calibration->threshold(100, 1'000'000);
  EXPECT_NEAR(base, std::log(3600.0 * 1e6 * 1e4), 1e-9);
  EXPECT_NEAR(calibration->threshold(100, 10'000'000) - base, std::log(10.0), 1e-9);
  EXPECT_NEAR(base - calibration->threshold(10'000, 1'000'000), std::log(100.0), 1e-9);
}

TEST(Calibration, TakesTheMeasuredTailWhereItIsHeavierThanTheory) {
  const auto heavy = Calibration::parse(
      R"({"format": 2, "version": "x", "curves": {},
          "false_alarms": {"starts_per_hour": 3600, "tail_rate": 0.5, "tail_log_per_entry_hour": 2}})",
      "heavy");
  ASSERT_TRUE(heavy.has_value());
  EXPECT_NEAR(heavy->threshold(100, 1000), (2 + std::log(1e4 * 1000)) / 0.5, 1e-9);
}

TEST(Calibration, NamesTheFileAndWhatIsWrongWithIt) {
  const auto message = [](std::string_view json) {
    return Calibration::parse(json, "mine.json").error().message;
  };
  EXPECT_THAT(message("{"), HasSubstr("calibration mine.json"));
  EXPECT_THAT(message(R"({"format": 3})"), HasSubstr("format must be 2"));
  EXPECT_THAT(message(R"({"format": 2, "version": "x", "curves": {"pdq": {"cap": 3, "unchanged": 1,
      "nats_per_unit": 1, "points": [[2, 1], [1, 2]]}}})"),
              HasSubstr("mine.json: pdq: points must be in ascending order"));
  EXPECT_THAT(
      message(R"({"format": 2, "version": "x", "curves": {"pdq": {"cap": 3, "unchanged": -1}}})"),
      HasSubstr("unchanged must not be negative"));
  EXPECT_THAT(message(R"({"format": 2, "version": "x", "curves": {"pdq": {"cap": -1}}})"),
              HasSubstr("cap must be a positive number"));
}

TEST(Calibration, ShipsWithOneFileInTheBinary) {
  const Calibration& shipped = Calibration::embedded();
  EXPECT_FALSE(shipped.version().empty());
  EXPECT_GT(shipped.log_ratio(DescriptorKind::kPdq, 10), 10);
  EXPECT_LT(shipped.log_ratio(DescriptorKind::kPdq, 128), -1);
  for (const double least : {12.0, 20.0, 30.0, 50.0, 100.0}) {
    for (const int views : {1, 2}) {
      const auto nats = [&](double correlation) {
        return shipped.new_information(
            {.least = least, .correlation = correlation, .views = views});
      };
      EXPECT_LT(nats(0), 0) << least;
      EXPECT_GT(nats(0.8), 2) << least;
      EXPECT_LT(nats(1), 8) << least;
      for (double rho = -1; rho < 1; rho += 0.05) EXPECT_LE(nats(rho), nats(rho + 0.05)) << rho;
    }
  }
  for (int d = 1; d <= 256; ++d) {
    EXPECT_LE(shipped.log_ratio(DescriptorKind::kPdq, static_cast<float>(d)),
              shipped.log_ratio(DescriptorKind::kPdq, static_cast<float>(d - 1)))
        << d;
  }
}

}  // namespace
}  // namespace staydown::matching
