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
#include <numeric>
#include <stdexcept>
#include <string>

#include "calibrate/alarms.h"
#include "calibrate/corpus.h"
#include "calibrate/curve.h"
#include "calibrate/detected.h"
#include "calibrate/movement.h"

namespace staydown::calibrate {
namespace {

using Json = nlohmann::ordered_json;

// The bank's own measure of a near-duplicate (reference::TimelineOptions::near_duplicate).
constexpr int kUnchanged = 8;
// Alignments are opened by neighbours up to here while alarms are counted; the index gives 48.
constexpr float kOpeningRadius = 97;
// A stream is sampled once a second while nothing is suspected.
constexpr double kStartsPerHour = 3600;
// The operating point that is stated: the default rate of takedowns and a bank of a million frames.
constexpr double kStatedRate = 100;
constexpr std::size_t kStatedEntries = 1'000'000;

double rounded(double value, double digits = 1000) { return std::round(value * digits) / digits; }

Json points_of(const auto& points) {
  Json array = Json::array();
  for (const auto& [at, log_ratio] : points)
    array.push_back(Json::array({rounded(at), rounded(log_ratio)}));
  return array;
}

matching::Calibration parsed(const Json& file) {
  auto calibration = matching::Calibration::parse(file.dump(), "measured");
  if (!calibration) throw std::runtime_error(calibration.error().message);
  return *calibration;
}

double mean(const std::vector<double>& values) {
  return std::reduce(values.begin(), values.end()) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::pow(value - mean(values), 2);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

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
  const auto calibration = parsed(file);
  const double takedown = calibration.threshold(kStatedRate, kStatedEntries);
  Json edits = Json::array();
  for (const Detected& edit : detect_copies(corpus, calibration, takedown)) {
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
  const std::vector<HighestSum> sums = run_same_place(corpus, parsed(file));
  Json highest = Json::array();
  for (const HighestSum& sum : sums) {
    if (sum.score > 0) highest.push_back(Json{{"clip", sum.clip}, {"sum", rounded(sum.score)}});
  }
  return {{"clips", sums.size()}, {"highest", highest}};
}

// What movements say, by size and number of views, and what was measured for it.
void measure_movement(const Corpus& corpus, Json& file) {
  Json& curves = file["curves"]["pdq"]["movement"];
  curves =
      Json::array({{{"up_to", kSizes.back()}, {"one_view", {{0, 0}}}, {"two_views", {{0, 0}}}}});
  const auto calibration = parsed(file);
  const Movements alike = look_alikes(corpus, calibration), copied = copies(corpus, calibration);
  file["curves"]["pdq"]["nats_per_unit"] = rounded(1 / mean(alike.one_sided));
  curves = Json::array();
  Json& measured = file["measured"]["movement"];
  for (std::size_t size = 0; size < kSizes.size(); ++size) {
    Json of_size{{"up_to", kSizes[size]}}, counted = of_size;
    for (const auto& [views, key] : {std::pair{0, "one_view"}, {1, "two_views"}}) {
      const auto of_alike = correlations(alike.found[views], size);
      const auto of_copies = correlations(copied.found[views], size);
      if (of_alike.empty() || of_copies.empty()) {
        throw std::runtime_error("too few clips: a size of movement was never seen");
      }
      of_size[key] = points_of(movement_curve(of_alike, of_copies));
      counted[key] = {{"look_alikes", of_alike.size()},
                      {"look_alikes_mean", rounded(mean(of_alike))},
                      {"look_alikes_deviation", rounded(deviation(of_alike))},
                      {"copies", of_copies.size()},
                      {"copies_mean", rounded(mean(of_copies))},
                      {"copies_deviation", rounded(deviation(of_copies))}};
    }
    curves.push_back(of_size);
    measured.push_back(counted);
  }
}

Json calibrate(const Corpus& corpus, const std::string& version, const std::string& description) {
  const Histogram background = unrelated_pairs(corpus.images);
  const Histogram copies = copied_pairs(corpus);
  const Curve curve = curve_of(background, copies);

  const auto count = [](const Histogram& histogram) {
    return std::reduce(histogram.begin(), histogram.end());
  };
  Json file{{"format", 1}, {"version", version}, {"corpus", description}};
  file["command"] =
      "bench/calibrate/prepare.py --build BUILD --videos CLIPS --images PHOTOS --work WORK && "
      "calibrate WORK VERSION CORPUS";
  file["curves"]["pdq"] = {{"cap", rounded(curve.cap)},
                           {"unchanged", kUnchanged},
                           {"nats_per_unit", 1},
                           {"movement", nullptr},
                           {"points", points_of(curve.points)}};
  file["false_alarms"] = false_alarms(Tail{});
  file["measured"] = {{"background_pairs", count(background)}, {"copied_frames", count(copies)}};
  measure_movement(corpus, file);

  const auto measure = [&](bool calibration_half) {
    return run_background(corpus, calibration_half, parsed(file), kOpeningRadius);
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
