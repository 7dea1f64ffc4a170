#include "job.h"

#include <algorithm>
#include <stdexcept>

#include "event/takedown_event.h"
#include "pipeline/cpu_clock.h"
#include "recording.h"
#include "service/engine.h"
#include "service/scan.h"
#include "shared_looks.h"

namespace staydown::bench {
namespace {

class Events final : public service::ScanSink {
 public:
  void detected(const Segment&, const service::Detection& detection) override { add(detection); }
  void lost(const StreamId&, const Error&) override {}
  void ended(const StreamId&, const service::Detection& detection) override { add(detection); }

  nlohmann::json events = nlohmann::json::array();

 private:
  void add(const service::Detection& detection) {
    for (const auto& event : detection.events) {
      events.push_back(nlohmann::json::parse(to_json(event)));
    }
  }
};

nlohmann::json scan(const Recording& recording, const Variant& variant,
                    std::shared_ptr<const index::ReferenceIndex> index, SharedLooks& looks) {
  const double looked_before = looks.cpu_s;
  Events sink;
  const double cpu = cpu_seconds_of([&] {
    const auto engine = service::Engine::over(variant.config, variant.models, std::move(index));
    const auto detector =
        engine.make_detector(std::make_shared<SharedLooker>(looks, variant, engine.describer()));
    service::scan(*play(recording), *detector, sink, {});
  });
  return {{"events", std::move(sink.events)}, {"cpu_s", cpu - (looks.cpu_s - looked_before)}};
}

}  // namespace

nlohmann::json answer(const nlohmann::json& request, const std::vector<Variant>& variants,
                      Banks& banks) {
  const auto wanted = request.at("variants").get<std::vector<std::string>>();
  const auto known = [&](const std::string& name) {
    return std::ranges::find(variants, name, &Variant::name) != variants.end();
  };
  const auto strange = std::ranges::find_if_not(wanted, known);
  if (strange != wanted.end()) throw std::runtime_error("no variant " + *strange);
  Recording recording;
  SharedLooks looks;
  looks.cpu_s = cpu_seconds_of([&] {
    recording = record(request.at("file"), StreamId(request.at("stream").get<std::string>()));
  });
  nlohmann::json said;
  for (const auto& variant : variants) {
    if (std::ranges::find(wanted, variant.name) == wanted.end()) continue;
    said[variant.name] =
        scan(recording, variant,
             banks.index(request.at("bank"), variant.models, request.value("without", "")), looks);
  }
  return {{"variants", std::move(said)}, {"shared_cpu_s", looks.cpu_s}};
}

}  // namespace staydown::bench
