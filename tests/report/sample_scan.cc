#include "report/sample_scan.h"

#include <algorithm>
#include <cmath>

namespace staydown::report {
namespace {

using namespace std::chrono_literals;

const StreamId kStream("cam-7");
constexpr Interval kShown{12s, 32s};
constexpr double kSpeed = 1.1;

ReportOptions options() {
  return {.command = "staydown scan cam-7.ts --bank bank.db --report out.html",
          .versions = {"staydown 0.1.0", "pdq-1", "exact", "pdq-2026-11-21", 7},
          .review_score = 18.5,
          .takedown_score = 27.25,
          .review_per_million_hours = 10'000,
          .takedown_per_million_hours = 100};
}

MediaTime in_reference(MediaTime t) {
  return 30s + std::chrono::duration_cast<MediaTime>((t - kShown.begin) * kSpeed);
}

Match match_until(const ReferenceTimelinePtr& reference, MediaTime end) {
  Match match;
  match.reference = reference;
  match.query = {kShown.begin, end};
  match.interval = {in_reference(match.query.begin), in_reference(match.query.end)};
  match.speed = kSpeed;
  for (MediaTime t = kShown.begin; t < end; t += 1s) {
    Evidence evidence;
    evidence.query = t;
    evidence.reference = in_reference(t);
    evidence.query_view = View::kMirrored;
    evidence.distance = static_cast<float>(8 + t / 1s % 7 * 2);
    evidence.log_ratio = 5.1F;
    match.evidence.push_back(evidence);
    match.score += 5.1;
    ++match.frames;
  }
  match.segments.push_back({});
  return match;
}

event::TakedownEvent event_of(CaseStepKind step, const Match& match, VerdictKind verdict) {
  event::TakedownEvent event;
  event.stream = kStream;
  event.step = {1, step, match, {verdict, "threshold", verdict}};
  event.id = event::event_id(kStream, match.reference->info.id, 1, step);
  event.time = sample_time();
  event.decided_at = match.query.end;
  event.review_score = options().review_score;
  event.takedown_score = options().takedown_score;
  event.versions = options().versions;
  return event;
}

}  // namespace

WallTime sample_time() {
  return WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 20h + 16min + 40s);
}

Frame drawn_frame(int scene, MediaTime time) {
  Frame frame;
  frame.time = time;
  frame.rgb = Image(512, 288, 3);
  const double phase = seconds(time);
  const double sun_x = 256 + 180 * std::sin(phase / 5 + scene), sun_y = 90 + 40 * std::cos(phase);
  for (int y = 0; y < frame.rgb.height; ++y) {
    auto* pixel = frame.rgb.row(y);
    const double hill = 200 + 30 * std::sin((scene * 40 + y / 9.0) + phase / 9);
    for (int x = 0; x < frame.rgb.width; ++x) {
      const bool sun = std::hypot(x - sun_x, y - sun_y) < 34;
      const bool ground = y > hill + 24 * std::sin((x + scene * 97) / 60.0);
      const auto shade = static_cast<std::uint8_t>(y / 2 + x % 64 / 8);
      *pixel++ = sun ? 250 : ground ? 70 : static_cast<std::uint8_t>(60 + shade);
      *pixel++ = sun ? 210 : ground ? static_cast<std::uint8_t>(90 + scene * 40) : shade;
      *pixel++ = sun ? 90 : ground ? 60 : 190;
    }
  }
  return frame;
}

Result<std::optional<Frame>> drawn_reference(const ReferenceId&, MediaTime time) {
  return drawn_frame(1, time);
}

ReferenceTimelinePtr sample_reference(const std::string& label) {
  auto reference = std::make_shared<ReferenceTimeline>();
  reference->info.id = ReferenceId("ref-a");
  reference->info.label = label;
  reference->info.grounds = "EU 2021/784, article 3";
  reference->info.notice = "TCO-2026-0117";
  reference->duration = 120s;
  return reference;
}

ReportBuilder sample_scan(const std::string& label) {
  const auto reference = sample_reference(label);
  ReportBuilder builder(options());
  builder.begin_input(kStream, AccountId("acct-1881"), "cam-7.ts");
  for (MediaTime begin = 0s; begin < 60s; begin += 2s) {
    const Interval on_air{begin, begin + 2s};
    if (begin == 44s) {
      builder.add_problem(kStream, {begin,
                                    "segment cam-7/22: truncated MPEG-TS packet at byte "
                                    "188032 (truncated)"});
      continue;
    }
    std::vector<Frame> frames;
    for (const auto t : {begin, begin + 1s}) {
      frames.push_back(kShown.contains(t) ? drawn_frame(1, in_reference(t)) : drawn_frame(0, t));
      frames.back().time = t;
    }
    std::vector<Match> matches;
    std::vector<event::TakedownEvent> events;
    double score = 1.5 + std::sin(seconds(begin));
    if (kShown.contains(begin)) {
      matches.push_back(match_until(reference, on_air.end));
      score = matches[0].score;
      if (on_air.end == MediaTime(16s)) {
        events.push_back(event_of(CaseStepKind::kOpened, matches[0], VerdictKind::kReview));
      } else if (on_air.end == MediaTime(18s)) {
        events.push_back(event_of(CaseStepKind::kRaised, matches[0], VerdictKind::kTakedown));
      }
    } else if (begin == kShown.end + 10s) {
      matches.push_back(match_until(reference, kShown.end));
      matches[0].ended = true;
    }
    builder.add(kStream, {on_air, score, frames, matches, events});
  }
  const auto closed =
      event_of(CaseStepKind::kClosed, match_until(reference, kShown.end), VerdictKind::kTakedown);
  builder.add(kStream, {.events = {&closed, 1}});
  return builder;
}

ReportBuilder long_observed_scan() {
  const StreamId stream("news");
  ReportBuilder builder(options());
  builder.begin_input(stream, AccountId(), "rtmp://localhost/live/news");
  std::uint32_t number = 0;
  std::vector<event::TakedownEvent> events;
  for (MediaTime begin = 0s; begin < 2h; begin += 10s) {
    std::vector<Frame> frames;
    std::vector<Match> matches;
    if (begin == 1h || begin == 1h + 20s) {
      auto reference = std::make_shared<ReferenceTimeline>(*sample_reference(""));
      reference->info.id = ReferenceId(begin == 1h ? "ref-b" : "ref-c");
      reference->duration = begin == 1h ? 40min : 90s;
      auto match = match_until(reference, kShown.begin + 5s);
      const auto later = begin - kShown.begin;
      match.query = {begin, begin + 10s};
      match.ended = true;
      for (auto& evidence : match.evidence) {
        evidence.query += later;
        evidence.query_view = View::kInner;
        frames.push_back(drawn_frame(2, evidence.query));
      }
      auto event = event_of(CaseStepKind::kOpened, match, VerdictKind::kReview);
      event.stream = stream;
      event.step.case_number = ++number;
      event.step.verdict = {VerdictKind::kAllow, "observe", VerdictKind::kReview, "threshold"};
      events.push_back(event);
      matches.push_back(match);
    }
    builder.add(stream,
                {{begin, begin + 10s},
                 matches.empty() ? 0.5 : matches[0].score,
                 frames,
                 matches,
                 {events.end() - static_cast<std::ptrdiff_t>(matches.size()), events.end()}});
  }
  return builder;
}

}  // namespace staydown::report
