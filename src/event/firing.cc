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
    const auto verdict = data.contains("would_be") ? data.at("would_be") : data.at("verdict");
    return Firing{.reference = ReferenceId(data.at("reference").at("id")),
                  .stream = StreamId(data.at("stream")),
                  .at = *at,
                  .takedown = verdict == "takedown",
                  .breaker = data.at("rule") == "breaker"};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace staydown::event
