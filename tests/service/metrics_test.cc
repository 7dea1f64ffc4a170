#include "service/metrics.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace staydown::service {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr Role kRoles[] = {Role::kWorker, Role::kIngest};

TEST(Metrics, AreAllThereFromTheStart) {
  for (const auto role : kRoles) {
    const auto text = Metrics("0.1.0", "pdq-1", role).text();
    for (const auto& series : Metrics::all(role)) {
      EXPECT_THAT(text, HasSubstr("# TYPE " + series.name + " " + series.type + "\n"));
      for (const auto& value : series.values) {
        EXPECT_THAT(text, HasSubstr(series.label + "=\"" + value + "\"")) << series.name;
      }
    }
  }
  const auto text = Metrics("0.1.0", "pdq-1").text();
  EXPECT_THAT(text, HasSubstr("staydown_build_info{model=\"pdq-1\",version=\"0.1.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("staydown_segments_total{outcome=\"detected\"} 0\n"));
}

TEST(Metrics, SayWhenTheProcessStarted) {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const double before = now();
  const Metrics metrics("v", "m");
  EXPECT_GE(metrics.level(Level::kStartTime), before);
  EXPECT_LE(metrics.level(Level::kStartTime), now());
}

TEST(Metrics, AreNamedAsPrometheusWantsIt) {
  for (const auto role : kRoles) {
    for (const auto& series : Metrics::all(role)) {
      EXPECT_THAT(series.name, MatchesRegex("staydown_[a-z_]+"));
      EXPECT_EQ(series.name.ends_with("_total"), series.type == "counter") << series.name;
      EXPECT_TRUE(series.type != "histogram" || series.name.ends_with("_seconds")) << series.name;
      EXPECT_THAT(series.help, Not(testing::IsEmpty()));
    }
  }
}

// An alert on what is missing must not be calmed by another kind of process.
TEST(Metrics, AreThoseOfTheRole) {
  Metrics ingest("v", "m", Role::kIngest);
  ingest.add(Count::kSegments, "detected");
  ingest.observe(Duration::kExposure, 1);
  ingest.set(Level::kLag, 1);
  EXPECT_EQ(ingest.level(Level::kLag), 0);
  ingest.add(Count::kIngestLost, "too_large");
  const auto text = ingest.text();
  EXPECT_THAT(text, HasSubstr("staydown_ingest_lost_total{reason=\"too_large\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("staydown_ready 0\n"));
  for (const char* other : {"staydown_segments_total", "staydown_exposure_seconds",
                            "staydown_consumer_lag_records", "staydown_build_info"}) {
    EXPECT_THAT(text, Not(HasSubstr(other)));
  }
  EXPECT_THAT(Metrics("v", "m").text(), Not(HasSubstr("staydown_ingest_lost_total")));
}

TEST(Metrics, Count) {
  Metrics metrics("v", "m");
  metrics.add(Count::kSegments, "detected");
  metrics.add(Count::kSegments, "detected", 2);
  metrics.add(Count::kSegments, "no such outcome");
  metrics.observe(Duration::kStage, 0.006, "decode");
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("staydown_segments_total{outcome=\"detected\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("staydown_segments_total{outcome=\"other\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("staydown_stage_seconds_count{stage=\"decode\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("staydown_stage_seconds_bucket{stage=\"decode\",le=\"0.007\"} 1\n"));
}

TEST(Metrics, JoinTheLevelsOfThreads) {
  Metrics metrics("v", "m");
  const auto set = [&](Level level, double first, double second) {
    metrics.set(level, first, {}, 0);
    metrics.set(level, second, {}, 1);
  };
  set(Level::kLag, 3, 4);
  set(Level::kOldestAge, 3, 4);
  set(Level::kReady, 1, 0);
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("staydown_consumer_lag_records 7\n"));
  EXPECT_THAT(text, HasSubstr("staydown_oldest_segment_age_seconds 4\n"));
  EXPECT_THAT(text, HasSubstr("staydown_ready 0\n"));
}

std::string documentation_of(Role role) {
  std::string expected;
  for (const auto& series : Metrics::all(role)) {
    std::string values;
    for (const auto& value : series.values) {
      values += (values.empty() ? "" : ", ") + std::string("`") + value + "`";
    }
    const auto label = series.label.empty() ? "" : "`" + series.label + "`: " + values;
    expected +=
        "| `" + series.name + "` | " + series.type + " | " + label + " | " + series.help + " |\n";
  }
  return expected;
}

// docs/metrics.md has a table for the worker, then one for ingest, with a row for each series:
// | `name` | type | label: values | help |
TEST(Metrics, AreAllDocumentedAndNoOthersAre) {
  const auto expected = documentation_of(Role::kWorker) + documentation_of(Role::kIngest);
  std::ifstream file(STAYDOWN_METRICS_DOC);
  std::string documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `staydown_")) documented += line + '\n';
  }
  EXPECT_EQ(documented, expected) << "the tables of docs/metrics.md should be:\n" << expected;
}

}  // namespace
}  // namespace staydown::service
