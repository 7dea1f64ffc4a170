#include "event/worker_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace staydown::event {

using Json = nlohmann::ordered_json;

Message to_message(const WorkerReport& report) {
  const Json json{{"instance", report.instance},
                  {"at", to_rfc3339(report.at)},
                  {"software", report.software},
                  {"model", report.model},
                  {"references_version", report.references_version},
                  {"references", report.references},
                  {"frames", report.frames},
                  {"partitions", report.partitions},
                  {"lag", report.lag},
                  {"ready", report.ready}};
  const auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return {.key = report.instance,
          .headers = {{"content-type", "application/json"}},
          .value = Bytes(text.begin(), text.end())};
}

Result<WorkerReport> parse_worker_report(const Message& message) {
  try {
    const auto json = Json::parse(message.value.value_or(Bytes{}));
    WorkerReport report{.instance = json.at("instance"),
                        .software = json.at("software"),
                        .model = json.at("model"),
                        .references_version = json.at("references_version"),
                        .references = json.at("references"),
                        .frames = json.at("frames"),
                        .partitions = json.at("partitions"),
                        .lag = json.at("lag"),
                        .ready = json.at("ready")};
    const auto at = from_rfc3339(json.at("at").get<std::string>());
    if (!at) return fail(ErrorCode::kMalformed, "worker report: at is not an RFC 3339 time");
    report.at = *at;
    return report;
  } catch (const Json::exception& error) {
    return fail(ErrorCode::kMalformed, fmt::format("worker report: {}", error.what()));
  }
}

}  // namespace staydown::event
