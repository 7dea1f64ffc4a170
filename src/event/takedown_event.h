// What Staydown publishes: one step of a case, with everything needed to decide and to check.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/match.h"
#include "core/result.h"
#include "core/segment.h"

namespace staydown::event {

// Where the event's parts come from, so that a reader can repeat the decision.
struct Versions {
  std::string software;   // "staydown 0.1.0"
  std::string model;      // "pdq-1", or with "+" the embedder's
  std::string precision;  // "exact" for PDQ
  std::string calibration;
  std::uint64_t index = 0;  // IndexSnapshot::version
};

struct Latency {
  std::map<std::string, std::chrono::microseconds>
      stages;  // decode, describe, search, match: of the deciding segment
  std::chrono::microseconds ingest_to_event{};
  std::chrono::microseconds exposure{};  // from the first matched frame on air to the event
};

struct TakedownEvent {
  std::string id;  // UUIDv5 of stream, reference, case number and step
  WallTime time;
  StreamId stream;
  AccountId account;
  CaseStep step;
  MediaTime decided_at{};                       // media time of the end of the segment that decided
  double review_score = 0, takedown_score = 0;  // operating thresholds
  Versions versions;
  Latency latency;
};

// UUIDv5 (RFC 4122, SHA-1) in Staydown's own namespace.
std::string event_id(const StreamId& stream, const ReferenceId& reference,
                     std::uint32_t case_number, CaseStepKind step);

// CloudEvents 1.0 JSON, one line without a newline; schema: docs/events/takedown.v1.schema.json.
std::string to_json(const TakedownEvent& event);

}  // namespace staydown::event
