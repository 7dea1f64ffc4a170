#include "service/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

#include "core/result.h"
#include "media/frame_sampler.h"
#include "service/sequence_window.h"

namespace staydown::service {
namespace {

using Values = std::vector<std::string>;

enum class Of : std::uint8_t { kWorker, kIngest, kBoth };

struct Series {
  const char* name;
  const char* help;
  const char* label = "";
  Values values = {};
  Of of = Of::kWorker;

  bool is_of(Role role) const {
    return of == Of::kBoth || of == (role == Role::kWorker ? Of::kWorker : Of::kIngest);
  }
};

Values error_codes(Values more) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    more.emplace_back(name_of(static_cast<ErrorCode>(code)));
  }
  return more;
}

Values arrivals() {
  Values names;
  for (int i = 0; i <= static_cast<int>(Arrival::kNewEpoch); ++i) {
    names.emplace_back(name_of(static_cast<Arrival>(i)));
  }
  return names;
}

Values warnings() {
  Values names;
  for (int i = 0; i <= static_cast<int>(media::MediaWarning::kMaxValue); ++i) {
    names.emplace_back(media::name_of(static_cast<media::MediaWarning>(i)));
  }
  return names;
}

const std::vector<Series>& counts() {
  static const std::vector<Series> kSeries = {
      {"staydown_segments_total",
       "Segments by what became of them.",
       "outcome",
       {"detected", "thinned", "skipped", "duplicate", "contained", "dead_lettered"}},
      {"staydown_arrivals_total", "Segments by the order of their sequence numbers.", "order",
       arrivals()},
      {"staydown_missing_segments_total",
       "Sequence numbers that were skipped when a gap was seen."},
      {"staydown_sampled_frames_total", "Frames that were decoded and described."},
      {"staydown_media_warnings_total", "Oddities of media that were survived.", "warning",
       warnings()},
      {"staydown_hits_total", "Stored frames near a sampled one."},
      {"staydown_matches_total", "Matches at or above the review score, once per segment."},
      {"staydown_verdicts_total",
       "Published events by verdict.",
       "verdict",
       {"allow", "review", "takedown"}},
      {"staydown_dead_letters_total", "Segments sent to the dead-letter topic.", "reason",
       error_codes({"unclean_end"})},
      {"staydown_fetches_total",
       "Segments and init segments fetched by reference.",
       "outcome",
       {"fetched", "cached", "retried", "refused"}},
      {"staydown_streams_let_go_total",
       "Streams whose state left the memory or was reduced.",
       "reason",
       {"idle", "cap", "forgotten"}},
      {"staydown_state_writes_total", "Stream states written."},
      {"staydown_state_bytes_total", "Bytes of stream states written."},
      {"staydown_states_loaded_total", "Stream states read when partitions were assigned."},
      {"staydown_rebalances_total",
       "Changes of the partitions that a thread owns.",
       "kind",
       {"assigned", "revoked", "lost"}},
      {"staydown_unclean_ends_total",
       "Partitions taken over from an owner that ended without a clean stop."},
      {"staydown_commits_total", "Offset commits.", "outcome", {"done", "refused", "failed"}},
      {"staydown_errors_total", "Errors of the cluster that were waited out.", "code",
       error_codes({})},
      {"staydown_negative_latencies_total",
       "Latencies below zero, taken as zero: clocks of ingest and worker differ."},
      {"staydown_overload_steps_total",
       "Steps of thinning taken and taken back.",
       "direction",
       {"up", "down"}},
      {"staydown_references_damaged_total",
       "Records of the topic of references that could not be used; what was enforced stays."},
      {"staydown_past_not_searched_total",
       "References that came, too many at once to search the last minutes of streams for them."},
      {"staydown_ingest_published_total",
       "Segments that the brokers acknowledged.",
       "",
       {},
       Of::kIngest},
      {"staydown_ingest_published_bytes_total",
       "Bytes of media in the segments that the brokers acknowledged, spooled ones included.",
       "",
       {},
       Of::kIngest},
      {"staydown_ingest_spooled_total",
       "Segments that went to a file, since the topic does not take their size.",
       "",
       {},
       Of::kIngest},
      {"staydown_ingest_lost_total",
       "Segments and files that are not on the cluster and will not be; the log names them.",
       "reason", error_codes({}), Of::kIngest},
      {"staydown_ingest_reconnects_total",
       "Times that an input which had broken off was there again.",
       "",
       {},
       Of::kIngest},
      {"staydown_ingest_hook_requests_total",
       "Requests of media servers by what became of them.",
       "outcome",
       {"taken", "denied", "malformed", "not_found", "too_large", "busy"},
       Of::kIngest},
  };
  return kSeries;
}

enum class Together : std::uint8_t { kSum, kMaximum, kMinimum };

struct LevelSeries {
  Series series;
  Together together = Together::kSum;
};

const std::vector<LevelSeries>& levels() {
  static const std::vector<LevelSeries> kSeries = {
      {{"staydown_ready", "1 while /readyz says so.", "", {}, Of::kBoth}, Together::kMinimum},
      {{"staydown_brokers_up", "0 while no broker is connected.", "", {}, Of::kBoth},
       Together::kMinimum},
      {{"staydown_partitions", "Partitions of the segment topic that this process owns."}},
      {{"staydown_consumer_lag_records",
        "Records between the offsets reached and the partitions' ends."}},
      {{"staydown_oldest_segment_age_seconds",
        "Age of the segment worked on last, since ingest held it; 0 when nothing waits."},
       Together::kMaximum},
      {{"staydown_overload_step", "Step of thinning in force; 0: none."}, Together::kMaximum},
      {{"staydown_streams",
        "Streams known, by whether their decoder and tracker are in memory.",
        "state",
        {"awake", "asleep"}}},
      {{"staydown_pending_records", "Records read and not yet worked on."}},
      {{"staydown_index_frames", "Reference frames that are searched."}},
      {{"staydown_index_references", "References that are enforced."}},
      {{"staydown_index_version", "Version of the index; grows with each change."}},
      {{"staydown_references_without_model",
        "References that are to be enforced and lack descriptors of this worker's learned model, "
        "or any."}},
      {{"staydown_references_version",
        "Offset of the latest record of the topic of references that is enforced."}},
      {{"staydown_breakers_open",
        "References that fire on too many streams and ask for review instead."}},
      {{"staydown_start_time_seconds",
        "When the process started, in seconds since 1970.",
        "",
        {},
        Of::kBoth}},
      {{"staydown_build_info", "Always 1; labels: version, model."}},
      {{"staydown_ingest_inputs",
        "Inputs that are pulled, by whether they are on air.",
        "state",
        {"connected", "away"},
        Of::kIngest}},
      {{"staydown_ingest_waiting_files",
        "Files that were taken and are not worked on yet.",
        "",
        {},
        Of::kIngest}},
  };
  return kSeries;
}

struct DurationSeries {
  Series series;
  std::vector<double> buckets;
};

// p99 is to be read near the goals: 1 s from ingest to event, 2 s of propagation, 15 s of takeover.
const std::vector<double> kLatencyBuckets = {0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1,  1.2, 1.5,
                                             2,    2.5, 3,   4,   6,   10,  15,   30, 60,  120};
const std::vector<double> kStageBuckets = {0.0001, 0.0003, 0.001, 0.002, 0.004, 0.007, 0.01, 0.015,
                                           0.02,   0.03,   0.05,  0.1,   0.2,   0.5,   1,    5};

const std::vector<DurationSeries>& durations() {
  static const std::vector<DurationSeries> kSeries = {
      {{"staydown_stage_seconds",
        "Time that a stage took for one segment; publish and commit: for one batch.",
        "stage",
        {"fetch", "decode", "describe", "search", "match", "publish", "commit"}},
       kStageBuckets},
      {{"staydown_ingest_to_event_seconds",
        "From the whole segment at ingest to the broker's acknowledgement of its event."},
       kLatencyBuckets},
      {{"staydown_exposure_seconds",
        "From the first matched frame on air to the broker's acknowledgement of the event."},
       kLatencyBuckets},
      {{"staydown_segment_age_seconds",
        "From the whole segment at ingest to the end of its detection."},
       kLatencyBuckets},
      {{"staydown_state_load_seconds", "Reading the states of the partitions assigned."},
       kLatencyBuckets},
      {{"staydown_reference_propagation_seconds",
        "From the brokers' acknowledgement of a reference or removal to its being enforced here."},
       kLatencyBuckets},
      {{"staydown_ingest_publish_seconds",
        "From the whole segment, or the word of its file, to the brokers' acknowledgement.",
        "",
        {},
        Of::kIngest},
       kLatencyBuckets},
  };
  return kSeries;
}

constexpr const char* kOther = "other";

Values label_values(const Series& series) {
  if (series.label[0] == '\0') return {""};
  Values values = series.values;
  values.emplace_back(kOther);
  return values;
}

prometheus::Labels labels_of(const Series& series, const std::string& value) {
  if (series.label[0] == '\0') return {};
  return {{series.label, value}};
}

// Null for a series that the role does not serve.
template <typename T>
T* find(std::map<std::string, T, std::less<>>& by_value, std::string_view value) {
  if (by_value.empty()) return nullptr;
  const auto found = by_value.find(value);
  return &(found != by_value.end() ? found : by_value.find(kOther))->second;
}

}  // namespace

class Metrics::Impl {
 public:
  Impl(const std::string& version, const std::string& model, Role role) {
    for (const auto& series : counts()) {
      auto& by_value = counters_.emplace_back();
      if (!series.is_of(role)) continue;
      auto& family =
          prometheus::BuildCounter().Name(series.name).Help(series.help).Register(registry_);
      for (const auto& value : label_values(series)) {
        by_value.emplace(value, &family.Add(labels_of(series, value)));
      }
    }
    for (const auto& [series, together] : levels()) {
      auto& by_value = gauges_.emplace_back();
      if (!series.is_of(role)) continue;
      auto& family =
          prometheus::BuildGauge().Name(series.name).Help(series.help).Register(registry_);
      const bool is_build = gauges_.size() == static_cast<std::size_t>(Level::kBuild) + 1;
      for (const auto& value : label_values(series)) {
        auto labels = labels_of(series, value);
        if (is_build) labels = {{"version", version}, {"model", model}};
        by_value.emplace(value, Gauge{&family.Add(labels), together, {}});
      }
    }
    for (const auto& [series, buckets] : durations()) {
      auto& by_value = histograms_.emplace_back();
      if (!series.is_of(role)) continue;
      auto& family =
          prometheus::BuildHistogram().Name(series.name).Help(series.help).Register(registry_);
      for (const auto& value : label_values(series)) {
        by_value.emplace(value, &family.Add(labels_of(series, value), buckets));
      }
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    set(Level::kStartTime, std::chrono::duration<double>(now).count(), {}, 0);
    set(Level::kBuild, 1, {}, 0);
  }

  void add(Count series, std::string_view value, double by) {
    if (auto* counter = find(counters_[static_cast<std::size_t>(series)], value)) {
      (*counter)->Increment(by);
    }
  }

  void set(Level series, double level, std::string_view value, std::size_t slot) {
    const std::scoped_lock lock(mutex_);
    auto* found = find(gauges_[static_cast<std::size_t>(series)], value);
    if (found == nullptr) return;
    auto& [gauge, together, slots] = *found;
    slots[slot] = level;
    double shown = slots.begin()->second;
    for (auto next = std::next(slots.begin()); next != slots.end(); ++next) {
      shown = together == Together::kSum       ? shown + next->second
              : together == Together::kMaximum ? std::max(shown, next->second)
                                               : std::min(shown, next->second);
    }
    gauge->Set(shown);
  }

  double level(Level series) const {
    const auto& by_value = gauges_[static_cast<std::size_t>(series)];
    return by_value.empty() ? 0 : by_value.begin()->second.gauge->Value();
  }

  void observe(Duration series, double seconds, std::string_view value) {
    if (auto* histogram = find(histograms_[static_cast<std::size_t>(series)], value)) {
      (*histogram)->Observe(seconds);
    }
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  struct Gauge {
    prometheus::Gauge* gauge;
    Together together;
    std::map<std::size_t, double> slots;
  };
  template <typename T>
  using ByValue = std::map<std::string, T, std::less<>>;

  prometheus::Registry registry_;
  std::vector<ByValue<prometheus::Counter*>> counters_;
  std::vector<ByValue<Gauge>> gauges_;  // guarded by mutex_
  std::vector<ByValue<prometheus::Histogram*>> histograms_;
  std::mutex mutex_;
};

Metrics::Metrics(const std::string& version, const std::string& model, Role role)
    : impl_(std::make_unique<Impl>(version, model, role)) {}
Metrics::~Metrics() = default;

void Metrics::add(Count series, std::string_view value, double by) {
  impl_->add(series, value, by);
}
void Metrics::set(Level series, double level, std::string_view value, std::size_t slot) {
  impl_->set(series, level, value, slot);
}
double Metrics::level(Level series) const { return impl_->level(series); }
void Metrics::observe(Duration series, double seconds, std::string_view value) {
  impl_->observe(series, seconds, value);
}
std::string Metrics::text() const { return impl_->text(); }

std::vector<SeriesInfo> Metrics::all(Role role) {
  std::vector<SeriesInfo> list;
  const auto add = [&](const Series& series, const char* type) {
    if (!series.is_of(role)) return;
    list.push_back({series.name, type, series.label, series.values, series.help});
  };
  for (const auto& series : counts()) add(series, "counter");
  for (const auto& level : levels()) add(level.series, "gauge");
  for (const auto& duration : durations()) add(duration.series, "histogram");
  return list;
}

}  // namespace staydown::service
