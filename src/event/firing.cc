#include "event/firing.h"

#include <nlohmann/json.hpp>

namespace staydown::event {

std::optional<Firing> parse_firing(const Message& message) {
  if (!message.value) return std::nullopt;
  const auto json = nlohmann::json::parse(*message.value, nullptr, false);
  try {
    const auto& data = json.at("data");
    const auto at = from_rfc3339(json.at("time").get<std::string>());
    if (!at || data.at("step") == "closed") return std::nullopt;
    const bool observed = data.contains("would_be");
    const auto verdict = data.at(observed ? "would_be" : "verdict");
    const auto rule = data.value(observed ? "would_be_rule" : "rule", "");
    return Firing{.reference = ReferenceId(data.at("reference").at("id")),
                  .stream = StreamId(data.at("stream")),
                  .at = *at,
                  .takedown = verdict == "takedown",
                  .breaker = rule == "breaker"};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace staydown::event
