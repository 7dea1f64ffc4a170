#include "report/report_json.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/page.h"

namespace staydown::report {
namespace {

using Json = nlohmann::ordered_json;

Json interval_json(const Interval& interval) {
  return {interval.begin.count(), interval.end.count()};
}

Json picture_json(const Picture& picture) {
  return picture ? Json(base64(*picture)) : Json(nullptr);
}

Json reference_json(const ReferenceTimeline& reference) {
  const auto& info = reference.info;
  return {{"id", info.id.value},
          {"label", info.label},
          {"grounds", info.grounds},
          {"notice", info.notice},
          {"max_verdict", name_of(info.max_verdict)},
          {"duration", reference.duration.count()}};
}

Json pair_json(const FramePair& pair, const Picture& reference) {
  const auto& evidence = pair.evidence;
  return {{"query", evidence.query.count()},
          {"reference", evidence.reference.count()},
          {"query_view", name_of(evidence.query_view)},
          {"reference_view", name_of(evidence.reference_view)},
          {"descriptor", evidence.kind == DescriptorKind::kPdq ? "pdq" : "embedding"},
          {"distance", evidence.distance},
          {"query_picture", picture_json(pair.query)},
          {"reference_picture", picture_json(reference)}};
}

// How far apart two intervals are; zero when they touch.
MediaTime gap_between(const Interval& a, const Interval& b) {
  return std::max({MediaTime::zero(), a.begin - b.end, b.begin - a.end});
}

// The case that a match belongs to: the same reference's, nearest in time; 0 if it has none, as
// when the verdict was to allow.
std::uint32_t case_of(const Match& match, const std::vector<event::TakedownEvent>& events) {
  std::uint32_t number = 0;
  MediaTime nearest = MediaTime::max();
  for (const auto& event : events) {
    if (event.step.match.reference->info.id != match.reference->info.id) continue;
    const auto gap = gap_between(event.step.match.query, match.query);
    if (gap < nearest) {
      nearest = gap;
      number = event.step.case_number;
    }
  }
  return number;
}

Json match_json(const LoggedMatch& logged, const std::vector<event::TakedownEvent>& events,
                const ReferenceFrames& reference_frames) {
  const auto& match = logged.match;
  Json pairs = Json::array();
  std::string reason;  // why reference pictures are missing
  for (const auto& pair : spread(logged.pairs, MatchLog::kPairs)) {
    const auto frame = reference_frames(match.reference->info.id, pair.evidence.reference);
    Picture picture;
    if (!frame) {
      reason = frame.error().message;
    } else if (*frame) {
      picture = picture_of(**frame);
    } else {
      reason = "the reference's file is not at the path and digest that the bank keeps";
    }
    pairs.push_back(pair_json(pair, picture));
  }
  return {{"reference", reference_json(*match.reference)},
          {"query", interval_json(match.query)},
          {"interval", interval_json(match.interval)},
          {"speed", match.speed},
          {"score", match.score},
          {"ended", match.ended},
          {"frames", match.frames},
          {"evidence", match.evidence.size()},
          {"case", case_of(match, events)},
          {"pairs", std::move(pairs)},
          {"no_reference_picture", reason}};
}

Json input_json(const InputReport& input, const ReferenceFrames& reference_frames) {
  Json curve = Json::array();
  for (const auto& point : input.curve.points()) {
    curve.push_back({point.on_air.begin.count(), point.on_air.end.count(), point.score});
  }
  Json matches = Json::array();
  for (const auto& logged : input.matches.matches()) {
    matches.push_back(match_json(logged, input.events, reference_frames));
  }
  Json events = Json::array();
  for (const auto& event : input.events) events.push_back(Json::parse(event::to_json(event)));
  Json problems = Json::array();
  for (const auto& problem : input.problems) {
    problems.push_back({{"at", problem.at.count()}, {"text", problem.text}});
  }
  return {{"input", input.input},
          {"stream", input.stream.value},
          {"account", input.account.value},
          {"watched", input.watched.count()},
          {"curve", std::move(curve)},
          {"matches", std::move(matches)},
          {"matches_left_out", input.matches.left_out()},
          {"events", std::move(events)},
          {"events_left_out", input.events_left_out},
          {"problems", std::move(problems)},
          {"problems_left_out", input.problems_left_out}};
}

}  // namespace

std::string report_json(const ReportOptions& options, std::span<const InputReport> inputs,
                        WallTime now, const ReferenceFrames& reference_frames) {
  Json list = Json::array();
  for (const auto& input : inputs) list.push_back(input_json(input, reference_frames));
  const Json json = {
      {"made", to_rfc3339(now)},
      {"command", options.command},
      {"versions",
       {{"software", options.versions.software},
        {"model", options.versions.model},
        {"precision", options.versions.precision},
        {"calibration", options.versions.calibration},
        {"index", options.versions.index}}},
      {"thresholds", {{"review", options.review_score}, {"takedown", options.takedown_score}}},
      {"per_million_hours",
       {{"review", options.review_per_million_hours},
        {"takedown", options.takedown_per_million_hours}}},
      {"inputs", std::move(list)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace staydown::report
