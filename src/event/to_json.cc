#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "core/sha256.h"
#include "event/takedown_event.h"

namespace staydown::event {
namespace {

using Json = nlohmann::ordered_json;

// Identifiers, not places to fetch from. The source is the same for every process, since consumers
// recognise a repeated event by source and id.
constexpr const char* kSource = "urn:staydown:detector";
constexpr const char* kType = "live.staydown.takedown.v1";
constexpr const char* kDataSchema = "urn:staydown:schema:takedown:v1#/$defs/data";

// Six decimals: below anything that calibration resolves, and free of binary noise.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

// CloudEvents 1.0 forbids control characters in attributes; `data.stream` keeps the id as it is.
std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool two_bytes = byte == 0xC2 && next >= 0x80 && next <= 0x9F;  // U+0080 to U+009F
    out += byte < 0x20 || byte == 0x7F || two_bytes ? '?' : text[i];
    if (two_bytes) ++i;
  }
  return out;
}

const char* descriptor_name(DescriptorKind kind) {
  return kind == DescriptorKind::kPdq ? "pdq" : "embedding";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json interval(const Interval& interval) {
  return {{"begin", interval.begin.count()}, {"end", interval.end.count()}};
}

Json reference(const ReferenceTimeline& reference) {
  return {{"id", reference.info.id.value},
          {"label", reference.info.label},
          {"grounds", reference.info.grounds},
          {"notice", text_or_null(reference.info.notice)},
          {"generation", reference.generation}};
}

// How many of the evidence frames each pair of views and descriptor gave.
Json views(const std::vector<Evidence>& evidence) {
  std::map<std::tuple<View, View, DescriptorKind>, int> frames;
  for (const auto& one : evidence) ++frames[{one.query_view, one.reference_view, one.kind}];
  Json list = Json::array();
  for (const auto& [key, count] : frames) {
    list.push_back({{"query", name_of(std::get<0>(key))},
                    {"reference", name_of(std::get<1>(key))},
                    {"descriptor", descriptor_name(std::get<2>(key))},
                    {"frames", count}});
  }
  return list;
}

Json evidence(const std::vector<Evidence>& evidence) {
  Json list = Json::array();
  for (const auto& one : evidence) {
    list.push_back({{"query", one.query.count()},
                    {"reference", one.reference.count()},
                    {"query_view", name_of(one.query_view)},
                    {"reference_view", name_of(one.reference_view)},
                    {"descriptor", descriptor_name(one.kind)},
                    {"distance", rounded(one.distance)},
                    {"log_ratio", rounded(one.log_ratio)}});
  }
  return list;
}

Json segments(const std::vector<Sha256>& digests) {
  Json list = Json::array();
  for (const auto& digest : digests) list.push_back(to_hex(digest));
  return list;
}

Json versions(const Versions& versions) {
  return {{"software", versions.software},
          {"model", versions.model},
          {"precision", versions.precision},
          {"calibration", versions.calibration},
          {"index", versions.index}};
}

Json latency(const Latency& latency) {
  Json stages = Json::object();
  for (const auto& [stage, duration] : latency.stages) stages[stage] = duration.count();
  return {{"stages", std::move(stages)},
          {"ingest_to_event", latency.ingest_to_event.count()},
          {"exposure", latency.exposure.count()}};
}

Json data(const TakedownEvent& event) {
  const auto& [case_number, step, match, verdict] = event.step;
  Json data = {{"stream", event.stream.value},
               {"account", text_or_null(event.account.value)},
               {"case", case_number},
               {"step", name_of(step)},
               {"verdict", name_of(verdict.kind)},
               {"rule", verdict.rule}};
  if (verdict.rule == "observe") {
    data["would_be"] = name_of(verdict.would_be);
    data["would_be_rule"] = verdict.would_be_rule;
  }
  data["reference"] = reference(*match.reference);
  data["query_interval"] = interval(match.query);
  data["reference_interval"] = interval(match.interval);
  data["speed"] = rounded(match.speed);
  data["decided_at"] = event.decided_at.count();
  data["score"] = rounded(match.score);
  data["thresholds"] = {{"review", rounded(event.review_score)},
                        {"takedown", rounded(event.takedown_score)}};
  data["frames"] = match.frames;
  data["views"] = views(match.evidence);
  data["evidence"] = evidence(match.evidence);
  data["segments_sha256"] = segments(match.segments);
  data["versions"] = versions(event.versions);
  data["latency"] = latency(event.latency);
  return data;
}

}  // namespace

std::string to_json(const TakedownEvent& event) {
  const Json json = {{"specversion", "1.0"},
                     {"id", event.id},
                     {"source", kSource},
                     {"type", kType},
                     {"subject", without_controls(event.stream.value)},
                     {"time", to_rfc3339(event.time)},
                     {"datacontenttype", "application/json"},
                     {"dataschema", kDataSchema},
                     {"data", data(event)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace staydown::event
