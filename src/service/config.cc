#include "service/config.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "embedding/model_manifest.h"
#include "service/config_cluster.h"
#include "service/config_section.h"

namespace staydown::service {
namespace {

constexpr Range kSamplingSeconds{0.04, 60};
constexpr Range kRate{1e-3, 1e9};

void read_sampling(Section section, media::SamplingPolicy& sampling) {
  section.seconds("wanted_seconds", kSamplingSeconds, sampling.wanted);
  section.seconds("tolerated_seconds", kSamplingSeconds, sampling.tolerated);
  section.seconds("dense_seconds", kSamplingSeconds, sampling.dense);
  section.finish();
  if (sampling.tolerated < sampling.wanted) {
    throw ConfigError(
        fmt::format("sampling.tolerated_seconds: {} is below sampling.wanted_seconds ({}); raise "
                    "it or lower the other",
                    seconds(sampling.tolerated), seconds(sampling.wanted)));
  }
}

void read_limits(Section section, media::SegmentLimits& limits) {
  section.integer("max_bytes", {1 << 10, 1LL << 32},
                  [&](std::int64_t value) { limits.max_bytes = static_cast<std::size_t>(value); });
  section.integer("max_pixels", {1 << 10, 1LL << 30},
                  [&](std::int64_t value) { limits.max_pixels = value; });
  section.integer("max_packets", {1, 10'000'000},
                  [&](std::int64_t value) { limits.max_packets = static_cast<int>(value); });
  section.integer("max_frames", {1, 10'000'000},
                  [&](std::int64_t value) { limits.max_frames = static_cast<int>(value); });
  section.number("max_cpu_seconds", {0.01, 600}, [&](double value) {
    limits.max_cpu = std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
  });
  section.finish();
}

void read_search(Section section, index::SearchOptions& search) {
  section.integer("pdq_radius", {0, 64},
                  [&](std::int64_t value) { search.pdq_radius = static_cast<int>(value); });
  section.number("embedding_radius", {0, 2},
                 [&](double value) { search.embedding_radius = static_cast<float>(value); });
  section.integer("max_hits", {1, 4096},
                  [&](std::int64_t value) { search.max_hits = static_cast<int>(value); });
  section.finish();
}

void read_model(Section section, ModelConfig& model) {
  section.text("manifest", model.manifest);
  section.text("precision", model.precision);
  section.text("cache", model.cache);
  section.finish();
  if (!model.precision.empty() && !embedding::precision_of(model.precision)) {
    throw ConfigError(fmt::format(
        "model.precision: {} is not known; use f32, bf16 or mixed, or leave it out for the "
        "manifest's",
        model.precision));
  }
}

void read_matching(Section section, Config& config) {
  auto& matching = config.matching;
  section.number("takedown_per_million_hours", kRate,
                 [&](double value) { matching.takedown_per_million_hours = value; });
  section.number("review_per_million_hours", kRate,
                 [&](double value) { matching.review_per_million_hours = value; });
  section.integer("bank_frames", {1, 1e12}, [&](std::int64_t value) {
    matching.bank_frames = static_cast<std::size_t>(value);
  });
  section.seconds("lookback_seconds", {0, 3'600}, matching.lookback);
  section.text("calibration", config.calibration_path);
  section.finish();
  if (matching.review_per_million_hours < matching.takedown_per_million_hours) {
    throw ConfigError(
        fmt::format("matching.review_per_million_hours: {} is below "
                    "matching.takedown_per_million_hours ({}); a review is "
                    "the weaker verdict and may be wrong more often",
                    matching.review_per_million_hours, matching.takedown_per_million_hours));
  }
}

void read_policy(Section section, policy::PolicyOptions& policy) {
  section.flag("observe", policy.observe);
  section.texts("listed_accounts",
                [&](const std::string& name) { policy.listed_accounts.insert(AccountId(name)); });
  section.texts("released",
                [&](const std::string& id) { policy.released.insert(ReferenceId(id)); });
  auto breaker = section.section("breaker");
  breaker.integer("max_streams", {0, 1'000'000}, [&](std::int64_t value) {
    policy.breaker.max_streams = static_cast<int>(value);
  });
  breaker.seconds("window_seconds", {1, 86'400}, policy.breaker.window);
  breaker.finish();
  section.finish();
}

template <typename Ids>
std::string yaml_list(const Ids& ids) {
  if (ids.empty()) return " []\n";
  std::string text = "\n";
  for (const auto& id : ids) text += "    - " + YAML::Dump(YAML::Node(id.value)) + "\n";
  return text;
}

}  // namespace

Result<Config> parse_config(std::string_view yaml, const std::string& name) {
  try {
    Config config;
    Section top(YAML::Load(std::string(yaml)), "");
    read_sampling(top.section("sampling"), config.sampling);
    read_limits(top.section("limits"), config.limits);
    read_search(top.section("search"), config.search);
    read_model(top.section("model"), config.model);
    read_matching(top.section("matching"), config);
    read_policy(top.section("policy"), config.policy);
    read_kafka(top.section("kafka"), config.kafka);
    read_worker(top.section("worker"), config.worker);
    read_fetch(top.section("fetch"), config.fetch);
    top.finish();
    return config;
  } catch (const ConfigError& error) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", name, error.what()));
  } catch (const YAML::Exception& error) {
    return fail(ErrorCode::kMalformed, fmt::format("{}: line {}: {}; the file must be YAML", name,
                                                   error.mark.line + 1, error.msg));
  }
}

Result<Config> load_config(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf() || file.peek() == std::ifstream::traits_type::eof())) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: cannot read the configuration; check that the file exists "
                            "and is readable",
                            path.string()));
  }
  return parse_config(text.str(), path.string());
}

std::string to_yaml(const Config& config) {
  const auto& [sampling, limits, search, model, matching, calibration, policy, kafka, worker,
               fetch] = config;
  return fmt::format(
             "sampling:\n"
             "  wanted_seconds: {}\n"
             "  tolerated_seconds: {}\n"
             "  dense_seconds: {}\n"
             "limits:  # what one segment may cost\n"
             "  max_bytes: {}\n"
             "  max_pixels: {}\n"
             "  max_packets: {}\n"
             "  max_frames: {}\n"
             "  max_cpu_seconds: {}\n"
             "search:\n"
             "  pdq_radius: {}\n"
             "  embedding_radius: {}\n"
             "  max_hits: {}\n"
             "model:  # the learned descriptor: shipped, none, or a manifest's path\n"
             "  manifest: {}\n"
             "  precision: {}\n"
             "  cache: {}\n"
             "matching:\n"
             "  takedown_per_million_hours: {}\n"
             "  review_per_million_hours: {}\n"
             "  bank_frames: {}  # the scores stand for a bank of at least this many\n"
             "  lookback_seconds: {}  # of a stream, searched for a reference that is added\n"
             "  calibration: {}\n"
             "policy:\n"
             "  observe: {}\n"
             "  listed_accounts:{}"
             "  released:{}"
             "  breaker:\n"
             "    max_streams: {}\n"
             "    window_seconds: {}\n",
             seconds(sampling.wanted), seconds(sampling.tolerated), seconds(sampling.dense),
             limits.max_bytes, limits.max_pixels, limits.max_packets, limits.max_frames,
             std::chrono::duration<double>(limits.max_cpu).count(), search.pdq_radius,
             search.embedding_radius, search.max_hits, yaml_text(model.manifest),
             yaml_text(model.precision), yaml_text(model.cache),
             matching.takedown_per_million_hours, matching.review_per_million_hours,
             matching.bank_frames, seconds(matching.lookback), yaml_text(calibration),
             policy.observe, yaml_list(policy.listed_accounts), yaml_list(policy.released),
             policy.breaker.max_streams, seconds(policy.breaker.window)) +
         cluster_yaml(kafka, worker, fetch);
}

}  // namespace staydown::service
