// The configuration file: what operators may set, with defaults that need no file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"
#include "index/reference_index.h"
#include "media/frame_sampler.h"
#include "policy/policy.h"

namespace staydown::service {

// How often the operator accepts to be wrong. Scores follow from these by the calibration.
struct MatchingConfig {
  double takedown_per_million_hours = 100;  // false takedowns per million stream-hours
  double review_per_million_hours = 10'000;
  // Bank size in frames that the scores stand for; a larger bank raises them. Fixed, so that a
  // score means the same while references come and go.
  std::size_t bank_frames = 1'000'000;
};

struct Config {
  media::SamplingPolicy sampling;
  media::SegmentLimits limits;
  index::SearchOptions search;
  MatchingConfig matching;
  std::string calibration_path;  // empty: the calibration that ships
  policy::PolicyOptions policy;  // its scores are filled in from `matching`
};

// Reads YAML; a key that is absent keeps its default. Unknown keys, wrong types and values out of
// range are errors that name the key, the value and what is allowed. `name` is what messages call
// the text.
Result<Config> parse_config(std::string_view yaml, const std::string& name);
Result<Config> load_config(const std::filesystem::path& path);

// The whole configuration as YAML that parse_config reads back.
std::string to_yaml(const Config& config);

}  // namespace staydown::service
