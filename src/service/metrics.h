// All that Staydown counts and measures, for Prometheus. Names and labels are described in
// docs/metrics.md, which a test holds against this place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace staydown::service {

enum class Count : std::uint8_t {
  kSegments,           // outcome
  kArrivals,           // order
  kMissingSegments,    //
  kSampledFrames,      //
  kMediaWarnings,      // warning
  kHits,               //
  kMatches,            //
  kVerdicts,           // verdict
  kDeadLetters,        // reason
  kFetches,            // outcome
  kStreamsLetGo,       // reason
  kStateWrites,        //
  kStateBytes,         //
  kStatesLoaded,       //
  kRebalances,         // kind
  kUncleanEnds,        //
  kCommits,            // outcome
  kErrors,             // code
  kNegativeLatencies,  //
  kOverloadSteps,      // direction
  kReferencesDamaged,  //
  kPastNotSearched,    //
  kIngestPublished,    //
  kIngestBytes,        //
  kIngestSpooled,      //
  kIngestLost,         // reason
  kIngestReconnects,   //
  kIngestHooks,        // outcome
};

enum class Level : std::uint8_t {
  kReady,              // 1 or 0
  kBrokersUp,          // 1 or 0
  kPartitions,         //
  kLag,                // records
  kOldestAge,          // seconds
  kOverload,           // step
  kStreams,            // state
  kPendingRecords,     //
  kIndexFrames,        //
  kIndexReferences,    //
  kIndexVersion,       //
  kUnenforceable,      //
  kReferencesVersion,  // offset
  kBreakersOpen,       //
  kStartTime,          // seconds since 1970
  kBuild,              // always 1; version, model
  kIngestInputs,       // state
  kIngestWaiting,      //
};

enum class Duration : std::uint8_t {
  kStage,          // stage
  kIngestToEvent,  //
  kExposure,       //
  kSegmentAge,     //
  kStateLoad,      //
  kPropagation,    //
  kIngestPublish,  //
};

// The process that serves them: each has series of its own, and kReady and kBrokersUp are both's.
enum class Role : std::uint8_t { kWorker, kIngest };

// One series as it is declared, for the document's test.
struct SeriesInfo {
  std::string name, type, label;  // label: its name, empty without one
  std::vector<std::string> values;
  std::string help;
};

// Thread-safe. Every series of the role is there from the start, with 0, and those of another are
// not counted. A label's value that was not declared counts as "other".
class Metrics {
 public:
  // `version` and `model` are the labels of staydown_build_info.
  Metrics(const std::string& version, const std::string& model, Role role = Role::kWorker);
  ~Metrics();

  void add(Count series, std::string_view value = {}, double by = 1);
  // Several threads have a level each, told apart by `slot`; shown is their sum, for ages and steps
  // their maximum, for kReady and kBrokersUp their minimum.
  void set(Level series, double level, std::string_view value = {}, std::size_t slot = 0);
  double level(Level series) const;  // as shown, of a series without a label
  void observe(Duration series, double seconds, std::string_view value = {});

  // In Prometheus' text format.
  std::string text() const;

  static std::vector<SeriesInfo> all(Role role = Role::kWorker);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
