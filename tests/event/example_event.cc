#include "event/example_event.h"

#include <memory>

namespace staydown::event {
namespace {

using namespace std::chrono_literals;

Evidence evidence(MediaTime query, MediaTime reference, View view, float distance, float ratio) {
  Evidence one;
  one.query = query;
  one.reference = reference;
  one.query_view = view;
  one.distance = distance;
  one.log_ratio = ratio;
  return one;
}

ReferenceTimelinePtr helmet_camera() {
  auto reference = std::make_shared<ReferenceTimeline>();
  reference->info.id = ReferenceId("ref-a");
  reference->info.label = "Helmet camera, first part";
  reference->info.grounds = "EU 2021/784";
  reference->info.notice = "TCO-2026-0117";
  reference->generation = 2;
  reference->duration = 120s;
  return reference;
}

Sha256 digest(std::uint8_t first, std::uint8_t rest) {
  Sha256 digest;
  digest.fill(rest);
  digest[0] = first;
  return digest;
}

}  // namespace

TakedownEvent example_event() {
  TakedownEvent event;
  event.stream = StreamId("cam-7");
  event.account = AccountId("acct-1881");
  event.step.case_number = 1;
  event.step.kind = CaseStepKind::kRaised;
  event.step.match.reference = helmet_camera();
  event.step.match.query = {12s, 16s};
  event.step.match.interval = {30s, 34400ms};
  event.step.match.speed = 1.1;
  event.step.match.score = 41.3;
  event.step.match.frames = 4;
  event.step.match.evidence = {evidence(12s, 30s, View::kTrimmedMirrored, 14, 9.4F),
                               evidence(14s, 32200ms, View::kTrimmedMirrored, 10, 10.6F),
                               evidence(15s, 33300ms, View::kFull, 26, 3.1F)};
  event.step.match.segments = {digest(0x01, 0x01), digest(0xFE, 0xFF)};
  event.step.verdict = {VerdictKind::kTakedown, "threshold", VerdictKind::kTakedown};
  event.id = event_id(event.stream, event.step.match.reference->info.id, event.step.case_number,
                      event.step.kind);
  event.time = WallTime(std::chrono::sys_days(2026y / 11 / 21) + 20h + 15min + 4250ms);
  event.decided_at = 16s;
  event.review_score = 18.5;
  event.takedown_score = 27.25;
  event.versions = {"staydown 0.1.0", "pdq-1", "exact", "pdq-2026-11-21", 7};
  event.latency.stages = {
      {"decode", 18200us}, {"describe", 4100us}, {"search", 310us}, {"match", 90us}};
  event.latency.ingest_to_event = 250ms;
  event.latency.exposure = 4250ms;
  return event;
}

}  // namespace staydown::event
