// Writes the calibration file from the hash lists that prepare.py makes.
//
//   calibrate WORK VERSION CORPUS > models/pdq-calibration.json
//   calibrate WORK VERSION CORPUS MANIFEST > models/staydown-embedding-calibration.json
//
// With the manifest of a learned model: of hashes and embeddings together.
// What is fitted, and on which half: docs/decisions/0007-matching.md.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/alarms.h"
#include "calibrate/corpus.h"
#include "calibrate/curve.h"
#include "calibrate/detected.h"
#include "calibrate/movement.h"
#include "descriptor/score_norm.h"
#include "embedding/model_files.h"
#include "embedding/model_manifest.h"

namespace staydown::calibrate {
namespace {

using Json = nlohmann::ordered_json;

// For hashes the bank's own measure of a near-duplicate (TimelineOptions::near_duplicate); in bits.
constexpr double unchanged(DescriptorKind kind) { return kind == DescriptorKind::kPdq ? 8 : 2; }
// While alarms are counted, alignments are opened by hashes up to where distances stop speaking for
// a copy, by embeddings up to where the index gives them: what is further opens nothing anywhere.
constexpr index::SearchOptions kWide{.pdq_radius = 97};
// A stream is sampled once a second while nothing is suspected.
constexpr double kStartsPerHour = 3600;
// The operating point that is stated: the default rate of takedowns and a bank of a million frames.
constexpr double kStatedRate = 100;
constexpr std::size_t kStatedEntries = 1'000'000;

double rounded(double value, double digits = 1000) { return std::round(value * digits) / digits; }

Json points_of(const auto& points, double per_unit = 1) {
  Json array = Json::array();
  for (const auto& [at, log_ratio] : points)
    array.push_back(Json::array({rounded(at / per_unit, 1e5), rounded(log_ratio)}));
  return array;
}

const char* key_of(DescriptorKind kind) {
  return kind == DescriptorKind::kPdq ? "pdq" : "embedding";
}

const char* key_of_views(std::size_t views) { return views == 1 ? "one_view" : "two_views"; }

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
  double highest = 0, reportable = 0;
  for (const HighestSum& sum : run.sums) {
    highest = std::max(highest, sum.score);
    reportable = std::max(reportable, sum.reportable);
  }
  Json levels = Json::array();
  for (const double level : {0.0, 2.0, 4.0, 8.0}) {
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
          {"highest_reportable", rounded(reportable)},
          {"reportable", levels}};
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

// What movements say, by size and number of views.
Json movement_curves(const Samples& alike, const Samples& copied, DescriptorKind kind) {
  Json curves = Json::array();
  const auto sizes = sizes_of(kind);
  for (std::size_t size = 0; size < sizes.size(); ++size) {
    Json of_size{{"up_to", rounded(sizes[size] / bits_per_unit(kind), 1e5)}};
    for (const std::size_t views : numbers_of_views(kind)) {
      const auto of_alike = correlations(alike.by_views[views - 1], sizes, size);
      const auto of_copies = correlations(copied.by_views[views - 1], sizes, size);
      if (of_alike.alike.empty() || of_copies.alike.empty()) {
        throw std::runtime_error("too few clips: a size of movement was never seen");
      }
      of_size[key_of_views(views)] = points_of(movement_curve(of_alike, of_copies));
    }
    curves.push_back(of_size);
  }
  return curves;
}

Json described(const Correlations& found) {
  return {{"all", found.all},
          {"alike", found.alike.size()},
          {"mean", rounded(mean(found.alike))},
          {"deviation", rounded(deviation(found.alike))}};
}

// What the curves were measured on, and the mean of their ratio over look-alikes, which must not be
// above 1.
Json movements_measured(const Samples& alike, const Samples& copied, DescriptorKind kind,
                        const matching::Calibration& calibration) {
  Json measured = Json::array();
  const auto sizes = sizes_of(kind);
  for (std::size_t size = 0; size < sizes.size(); ++size) {
    Json of_size{{"up_to", sizes[size]}};
    for (const std::size_t views : numbers_of_views(kind)) {
      const std::vector<Sample>& of_alike = alike.by_views[views - 1];
      Json& of_views = of_size[key_of_views(views)];
      of_views = {{"look_alikes", described(correlations(of_alike, sizes, size))},
                  {"copies", described(correlations(copied.by_views[views - 1], sizes, size))}};
      double ratios = 0, count = 0;
      for (auto [movement, looks_alike] : of_alike) {
        if (movement.least > sizes[size]) continue;
        if (size > 0 && movement.least <= sizes[size - 1]) continue;
        ++count;
        movement.least /= bits_per_unit(kind);
        if (looks_alike) ratios += std::exp(calibration.new_information(movement));
      }
      of_views["mean_ratio"] = rounded(ratios / count);
      if (ratios > count) {
        throw std::runtime_error(std::string("look-alikes would count as copies: movements of ") +
                                 key_of(kind) + " up to " + std::to_string(sizes[size]) +
                                 " bits have a mean ratio of " + std::to_string(ratios / count));
      }
    }
    measured.push_back(of_size);
  }
  return measured;
}

// The samples of all clips but one.
Samples without(const std::map<std::string, Samples>& by_clip, const std::string& left_out) {
  Samples all;
  for (const auto& [clip, samples] : by_clip) {
    if (clip != left_out) all.add(samples);
  }
  return all;
}

// What was measured of one kind of descriptor. Look-alikes of all clips that stand still.
struct OfKind {
  DescriptorKind kind;
  std::map<std::string, Samples> alike;
  Samples copied;
};

// Clips against another part of themselves, by curves to which they did not contribute; those above
// zero.
Json same_place(const Corpus& corpus, Json file, const std::vector<OfKind>& measured) {
  const auto sums = run_same_place(corpus, [&](const std::string& clip) {
    for (const OfKind& of : measured) {
      file["curves"][key_of(of.kind)]["movement"] =
          movement_curves(without(of.alike, clip), of.copied, of.kind);
    }
    return parsed(file);
  });
  Json highest = Json::array();
  for (const HighestSum& sum : sums) {
    if (sum.score > 0) highest.push_back(Json{{"clip", sum.clip}, {"sum", rounded(sum.score)}});
  }
  return {{"clips", sums.size()}, {"highest", highest}};
}

// Puts the curves of one kind into the file.
OfKind measure_kind(const Corpus& corpus, DescriptorKind kind, Json& file) {
  const Histogram background = unrelated_pairs(corpus, kind);
  const Histogram copies = copied_pairs(corpus, kind);
  const Curve curve = curve_of(background, copies);
  const auto count = [](const Histogram& histogram) {
    return std::reduce(histogram.begin(), histogram.end());
  };
  const char* key = key_of(kind);
  const double per_unit = bits_per_unit(kind);
  file["curves"][key] = {{"cap", rounded(curve.cap)},
                         {"unchanged", rounded(unchanged(kind) / per_unit, 1e5)},
                         {"nats_per_unit", 1},
                         {"movement", nullptr},
                         {"points", points_of(curve.points, per_unit)}};
  Json& measured = file["measured"][key];
  measured = {{"background_pairs", count(background)}, {"copied_frames", count(copies)}};
  // Look-alikes that move otherwise do not vote, for which curves are needed: twice.
  OfKind of{kind, {}, {}};
  Json& movement = file["curves"][key]["movement"];
  movement = Json::array({{{"up_to", sizes_of(kind).back()}, {"one_view", {{0, 0}}}}});
  for (int pass = 0; pass < 2; ++pass) {
    const auto calibration = parsed(file);
    of.alike = look_alikes(corpus, kind, calibration);
    of.copied = calibrate::copies(corpus, kind, calibration);
    movement = movement_curves(without(of.alike, ""), of.copied, kind);
  }
  const Samples all = without(of.alike, "");
  file["curves"][key]["nats_per_unit"] = rounded(per_unit / mean(all.one_sided));
  measured["movement"] = movements_measured(all, of.copied, kind, parsed(file));
  return of;
}

Json calibrate(const Corpus& corpus, const std::string& version, const std::string& description,
               const std::string& model) {
  Json file{{"format", 2}, {"version", version}, {"corpus", description}};
  file["command"] =
      "bench/calibrate/prepare.py --build BUILD --videos CLIPS --images PHOTOS --work WORK" +
      std::string(model.empty() ? "" : " --model MANIFEST") + " && calibrate WORK VERSION CORPUS" +
      (model.empty() ? "" : " MANIFEST");
  file["curves"] = Json::object();
  file["false_alarms"] = false_alarms(Tail{});
  file["measured"] = Json::object();
  std::vector<OfKind> measured = {measure_kind(corpus, DescriptorKind::kPdq, file)};
  if (!model.empty()) {
    file["model"] = model;
    measured.push_back(measure_kind(corpus, DescriptorKind::kEmbedding, file));
  }

  const auto measure = [&](bool calibration_half) {
    return run_background(corpus, calibration_half, parsed(file), kWide);
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
  file["measured"]["same_place"] = same_place(corpus, file, measured);
  return file;
}

}  // namespace
}  // namespace staydown::calibrate

int main(int argc, char** argv) {
  using namespace staydown;
  if (argc != 4 && argc != 5) {
    std::fprintf(stderr, "usage: calibrate WORK VERSION CORPUS [MANIFEST] > calibration.json\n");
    return 2;
  }
  try {
    std::optional<descriptor::ScoreNorm> norm;
    std::string model;
    if (argc == 5) {
      const auto manifest = embedding::read_manifest(argv[4]);
      if (!manifest) throw std::runtime_error(manifest.error().message);
      auto background = embedding::read_background(*manifest);
      if (!background) throw std::runtime_error(background.error().message);
      norm.emplace(*std::move(background), manifest->output.dimensions);
      model = manifest->descriptor(manifest->precision);
    }
    const auto corpus = calibrate::read_corpus(argv[1], norm ? &*norm : nullptr);
    std::printf("%s\n", calibrate::calibrate(corpus, argv[2], argv[3], model).dump(1).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "calibrate: %s\n", error.what());
    return 1;
  }
}
