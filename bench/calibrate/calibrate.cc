// Writes the calibration file from the hash lists that prepare.py makes.
//
//   calibrate WORK VERSION CORPUS > models/pdq-calibration.json
//
// What is fitted, and on which half: docs/decisions/0007-matching.md.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "calibrate/alarms.h"
#include "calibrate/corpus.h"
#include "calibrate/curve.h"
#include "calibrate/detected.h"

namespace staydown::calibrate {
namespace {

using Json = nlohmann::ordered_json;

// The bank's own measure of a near-duplicate (reference::TimelineOptions::near_duplicate).
constexpr int kUnchanged = 8;
// Alignments are opened by neighbours up to here while alarms are counted; the index gives 48.
constexpr int kOpeningRadius = 97;
// A stream is sampled once a second while nothing is suspected.
constexpr double kStartsPerHour = 3600;
// The operating point that is stated: the default rate of takedowns and a bank of a million frames.
constexpr double kStatedRate = 100;
constexpr std::size_t kStatedEntries = 1'000'000;

double rounded(double value, double digits = 1000) { return std::round(value * digits) / digits; }

// What was seen, beside what the tail (of the calibration half) expects at most.
Json alarms_of(const AlarmRun& run, const Tail& tail) {
  double highest = 0;
  for (const HighestSum& sum : run.sums) highest = std::max(highest, sum.score);
  Json levels = Json::array();
  for (const double more : {0.0, 2.0, 4.0, 8.0}) {
    const double level = tail.from + more;
    const double expected =
        run.entry_hours * std::exp(tail.log_rate_upper - tail.slope_lower * level);
    levels.push_back(Json{{"above", rounded(level)},
                          {"seen", above(run, level)},
                          {"fitted_upper_95", rounded(expected)}});
  }
  return {{"distinct_hours", rounded(run.hours)},
          {"bank_entries", rounded(run.entry_hours / run.hours, 1)},
          {"entry_hours", rounded(run.entry_hours, 1)},
          {"pairs", run.sums.size()},
          {"highest_sum", rounded(highest)},
          {"sums", levels}};
}

Json false_alarms(const Tail& tail) {
  return {{"starts_per_hour", kStartsPerHour},
          {"tail_rate", rounded(tail.slope_lower)},
          {"tail_log_per_entry_hour", rounded(tail.log_rate_upper)}};
}

Json detected(const Corpus& corpus, const Json& file) {
  const auto calibration = matching::Calibration::parse(file.dump(), "measured");
  if (!calibration) throw std::runtime_error(calibration.error().message);
  const double takedown = calibration->threshold(kStatedRate, kStatedEntries);
  Json edits = Json::array();
  for (const Detected& edit : detect_copies(corpus, *calibration, takedown)) {
    edits.push_back(Json{{"edit", edit.edit},
                         {"copies", edit.copies},
                         {"detected", edit.detected},
                         {"median_seconds", rounded(edit.median_seconds)},
                         {"largest_interval_error", rounded(edit.largest_interval_error)}});
  }
  return {{"per_million_hours", kStatedRate},
          {"entries", kStatedEntries},
          {"takedown_score", rounded(takedown)},
          {"edits", edits}};
}

// Clips against another part of themselves; those above zero.
Json same_place(const Corpus& corpus, const Json& file) {
  const auto calibration = matching::Calibration::parse(file.dump(), "measured");
  if (!calibration) throw std::runtime_error(calibration.error().message);
  const std::vector<HighestSum> sums = run_same_place(corpus, *calibration);
  Json highest = Json::array();
  for (const HighestSum& sum : sums) {
    if (sum.score > 0) highest.push_back(Json{{"clip", sum.clip}, {"sum", rounded(sum.score)}});
  }
  return {{"clips", sums.size()}, {"highest", highest}};
}

Json calibrate(const Corpus& corpus, const std::string& version, const std::string& description) {
  const Histogram background = unrelated_pairs(corpus.images);
  const Histogram copies = copied_pairs(corpus);
  const Curve curve = curve_of(background, copies);
  const LookAlikes alike = look_alikes(corpus.clips, kUnchanged);

  const auto count = [](const Histogram& histogram) {
    std::int64_t total = 0;
    for (const std::int64_t n : histogram) total += n;
    return total;
  };
  Json points = Json::array();
  for (const auto& [d, log_ratio] : curve.points) {
    points.push_back(Json::array({d, rounded(log_ratio)}));
  }
  Json file{{"format", 1}, {"version", version}, {"corpus", description}};
  file["command"] =
      "bench/calibrate/prepare.py --build BUILD --videos CLIPS --images PHOTOS --work WORK && "
      "calibrate WORK VERSION CORPUS";
  file["curves"]["pdq"] = {{"cap", rounded(curve.cap)},
                           {"unchanged", kUnchanged},
                           {"nats_per_unit", rounded(alike.nats_per_bit)},
                           {"movement_variance", rounded(alike.variance)},
                           {"points", points}};
  file["false_alarms"] = false_alarms(Tail{});
  file["measured"] = {{"background_pairs", count(background)},
                      {"copied_frames", count(copies)},
                      {"look_alikes",
                       {{"pairs", alike.pairs},
                        {"mean_correlation", rounded(alike.mean)},
                        {"mean_square", rounded(alike.mean_square, 1e4)}}}};

  const auto measure = [&](bool calibration_half) {
    const auto parsed = matching::Calibration::parse(file.dump(), "measured");
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return run_background(corpus, calibration_half, *parsed, kOpeningRadius);
  };
  const AlarmRun calibrated = measure(true);
  const Tail tail = fit_tail(calibrated);
  file["false_alarms"] = false_alarms(tail);
  const AlarmRun tested = measure(false);
  file["measured"]["tail"] = {{"slope", rounded(tail.slope)},
                              {"slope_lower_95", rounded(tail.slope_lower)}};
  file["measured"]["calibration_half"] = alarms_of(calibrated, tail);
  file["measured"]["test_half"] = alarms_of(tested, tail);
  file["measured"]["test_half"]["copies"] = detected(corpus, file);
  file["measured"]["same_place"] = same_place(corpus, file);
  return file;
}

}  // namespace
}  // namespace staydown::calibrate

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: calibrate WORK VERSION CORPUS > calibration.json\n");
    return 2;
  }
  try {
    const auto corpus = staydown::calibrate::read_corpus(argv[1]);
    std::printf("%s\n", staydown::calibrate::calibrate(corpus, argv[2], argv[3]).dump(1).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "calibrate: %s\n", error.what());
    return 1;
  }
}
