// What a stream costs through the whole pipeline, beside the sum of its steps. Driven by run.py,
// so that other programs can be measured in turns with it: every line on standard input asks for
// one measurement, and every answer is one line of JSON.
//   bench_pipeline FOOTAGE BANK_FOOTAGE FRAMES MODEL
//   round RUNG LAPS              -> {"pipeline": s, "steps": {"decode": s, ...}}
//   crowd RUNG STREAMS SEGMENTS  -> {"bytes_per_stream": n, "cost": s}
// FOOTAGE holds a folder of 2 s segments per rung, BANK_FOOTAGE is such a folder; the bank gets
// FRAMES frames, MODEL is as model.manifest of the configuration. Costs are CPU seconds per second
// of media.
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>

#include "cpu_clock.h"
#include "measurements.h"
#include "perturbed_bank.h"

namespace staydown::bench {
namespace {

constexpr MediaTime kSegmentLength = std::chrono::seconds(2);
constexpr std::uint64_t kSeed = 1;

nlohmann::json answer(const Pipeline& pipeline, const std::string& request,
                      const std::filesystem::path& footage) {
  std::istringstream words(request);
  std::string kind;
  std::string rung;
  words >> kind >> rung;
  const Footage of_rung = load_footage(footage / rung, kSegmentLength);
  if (kind == "round") {
    std::size_t laps = 1;
    words >> laps;
    const double whole = pipeline_cost(pipeline, of_rung, laps);
    const StepCosts steps = isolated_costs(pipeline, of_rung, laps);
    return {{"pipeline", whole},
            {"steps",
             {{"decode", steps.decode},
              {"scale", steps.scale},
              {"describe", steps.describe},
              {"search", steps.search},
              {"match", steps.match}}},
            {"sum", steps.sum()}};
  }
  if (kind == "crowd") {
    std::size_t streams = 1;
    std::size_t segments = 1;
    words >> streams >> segments;
    const Crowd of_all = crowd(pipeline, of_rung, streams, segments);
    return {{"bytes_per_stream", of_all.bytes_per_stream}, {"cost", of_all.cost}};
  }
  throw std::runtime_error("unknown request: " + request);
}

int serve(const std::filesystem::path& footage, const std::filesystem::path& bank_footage,
          std::size_t frames, const std::string& model) {
  const double begin = cpu_seconds();
  service::Config config;
  config.model.manifest = model;
  const auto models = service::open_models(config, 1);
  if (!models) throw std::runtime_error(models.error().message);
  const RealFrames real = frames_of(load_footage(bank_footage, kSegmentLength), *models);
  const Pipeline pipeline(*models, perturbed_bank(real, frames, kSeed));
  std::cout << nlohmann::json{{"model", models->name()},
                              {"precision", models->precision},
                              {"real_hashes", real.hashes.size()},
                              {"real_embeddings", real.embeddings.size()},
                              {"entries", pipeline.parts.index->snapshot()->entries()},
                              {"build_cpu_s", cpu_seconds() - begin}}
            << std::endl;
  for (std::string request; std::getline(std::cin, request);) {
    std::cout << answer(pipeline, request, footage) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace staydown::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_pipeline FOOTAGE BANK_FOOTAGE FRAMES MODEL\n");
    return 2;
  }
  try {
    return staydown::bench::serve(argv[1], argv[2], std::stoul(argv[3]), argv[4]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_pipeline: %s\n", error.what());
    return 1;
  }
}
