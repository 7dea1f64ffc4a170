// The configuration file: what operators may set, with defaults that need no file.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/result.h"
#include "fetch/fetcher.h"
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
  // Of each stream so much is kept in memory and searched for a reference that is added; 0: off.
  MediaTime lookback = std::chrono::minutes(3);
};

// The learned descriptor beside PDQ.
struct ModelConfig {
  std::string manifest;   // "shipped", "none" (PDQ only), or the path of one
  std::string precision;  // "f32", "bf16", "mixed"; empty: the manifest's
  std::string cache;      // folder for compiled models; empty: none
};

struct TopicNames {
  std::string segments = "staydown.segments";
  std::string state = "staydown.state";
  std::string takedowns = "staydown.takedowns";
  std::string dead_letters = "staydown.dead-letters";
  std::string references = "staydown.references";
  std::string workers = "staydown.workers";
};

struct KafkaConfig {
  std::string brokers;  // host:port,host:port
  std::string group = "staydown";
  std::string instance =
      {};  // of this process in the group, the same after a restart; empty: host name
  TopicNames topics = {};
  std::map<std::string, std::string> properties = {};  // librdkafka's
  // Properties that do not belong into a file like this: "file:PATH" or "env:NAME".
  std::map<std::string, std::string> secrets = {};
};

struct WorkerConfig {
  int threads = 0;                                // 0: as many as the process has CPUs
  std::size_t max_streams = 2'000;                // awake, per thread
  MediaTime idle = std::chrono::minutes(5);       // a stream without segments has ended
  MediaTime forget = std::chrono::hours(24);      // numbers of an ended stream are kept so long
  MediaTime overload = std::chrono::seconds(10);  // age of segments from which on work is thinned
  MediaTime retry = std::chrono::seconds(30);     // for a reference that cannot be fetched
  std::string listen = "127.0.0.1:9464";          // /metrics, /healthz, /readyz
};

struct Config {
  media::SamplingPolicy sampling;
  media::SegmentLimits limits;
  index::SearchOptions search;
  ModelConfig model = {.manifest = "shipped", .precision = {}, .cache = {}};
  MatchingConfig matching;
  std::string calibration_path;  // empty: the one that ships, or comes with the model
  policy::PolicyOptions policy;  // its scores are filled in from `matching`
  KafkaConfig kafka;
  WorkerConfig worker;
  fetch::FetchRules fetch;
};

// Reads YAML; a key that is absent keeps its default. Unknown keys, wrong types and values out of
// range are errors that name the key, the value and what is allowed. `name` is what messages call
// the text.
Result<Config> parse_config(std::string_view yaml, const std::string& name);
Result<Config> load_config(const std::filesystem::path& path);

// The whole configuration as YAML that parse_config reads back.
std::string to_yaml(const Config& config);

}  // namespace staydown::service
