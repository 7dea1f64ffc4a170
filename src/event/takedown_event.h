// What Staydown publishes: one step of a case, with everything needed to decide and to check.
//
// The fields on the wire, with their units, are described in docs/events/README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "core/ids.h"
#include "core/match.h"
#include "core/time.h"

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
  std::string id;  // event_id() of stream, reference, case number and step
  WallTime time;
  StreamId stream;    // not empty
  AccountId account;  // empty when unknown
  CaseStep step;
  MediaTime decided_at{};                       // media time of the end of the segment that decided
  double review_score = 0, takedown_score = 0;  // operating thresholds
  Versions versions;
  Latency latency;
};

// UUIDv5 (RFC 4122 section 4.3, SHA-1) in Staydown's own namespace, in lower case. The same step of
// the same case has the same id whenever and wherever it is computed, so a consumer can drop
// repeats. Ids may hold any bytes. How it is computed is a published contract:
// docs/events/README.md, "Identity".
std::string event_id(const StreamId& stream, const ReferenceId& reference,
                     std::uint32_t case_number, CaseStepKind step);

// CloudEvents 1.0 JSON, one line without a newline; schema: docs/events/takedown.v1.schema.json.
// Never throws on text: bytes that are not UTF-8 become U+FFFD. Numbers must be finite.
std::string to_json(const TakedownEvent& event);

}  // namespace staydown::event
