// An alignment that became evidence, and what policy made of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/hit.h"
#include "core/ids.h"
#include "core/sha256.h"
#include "core/time.h"

namespace staydown {

// One query frame that voted for an alignment.
struct Evidence {
  MediaTime query{}, reference{};
  View query_view = View::kFull;
  View reference_view = View::kFull;
  DescriptorKind kind = DescriptorKind::kPdq;
  float distance = 0;
  float log_ratio = 0;  // what it added to the score, in nats
};

// t_reference = speed * t_query + offset, over `query`.
struct Match {
  ReferenceTimelinePtr reference;  // never null
  Interval query, interval;        // on the stream's line and on the reference's
  double speed = 1.0;              // 0.8-1.25
  double score = 0;                // CUSUM at its highest so far, in nats
  // For choosing between matches of one reference: the score less what speaks against one line, in
  // units of the most that one frame can say.
  double strength = 0;
  bool ended = false;        // no longer followed: intervals are final
  std::uint32_t frames = 0;  // query frames that voted
  std::vector<Evidence>
      evidence;                  // the strongest and the latest of them, in order of time; bounded
  std::vector<Sha256> segments;  // digests of the segments that hold the evidence; bounded
};

struct Verdict {
  VerdictKind kind = VerdictKind::kAllow;
  std::string rule;  // name of the rule that decided, e.g. "threshold", "listed_account"
  VerdictKind would_be = VerdictKind::kAllow;  // what it would have been without --observe
  std::string would_be_rule = {};              // and the rule that would have decided
};

// What a case does when a verdict arrives. `raised`: review became takedown. `closed`: final
// intervals.
enum class CaseStepKind : std::uint8_t { kOpened, kRaised, kClosed };
std::string_view name_of(CaseStepKind kind);

// One step of one showing of a reference by a stream.
struct CaseStep {
  std::uint32_t case_number = 0;  // counts from 1 within the stream; part of the tracker's state
  CaseStepKind kind = CaseStepKind::kOpened;
  Match match;
  Verdict verdict;
};

}  // namespace staydown
