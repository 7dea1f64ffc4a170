// Cost of matching: per second of a stream that shows nothing, and of one that shows a reference.
#include <benchmark/benchmark.h>

#include <memory>

#include "support/synthetic_stream.h"
#include "support/test_calibration.h"

namespace staydown::testing {
namespace {

using namespace std::chrono_literals;

constexpr matching::TrackerOptions kThresholds{.review_score = 25, .takedown_score = 30};

void follow(benchmark::State& state, const Script& script) {
  SyntheticBank bank;
  bank.add("ref-a", Scene(100, 120s), 120s);
  const auto frames = render(bank, script, {});
  const auto hits = bank.search(frames);
  const auto calibration = test_calibration();
  for (auto _ : state) {
    matching::StreamTracker tracker(calibration, kThresholds);
    benchmark::DoNotOptimize(tracker.update({.on_air = {0s, 60s},
                                             .descriptors = frames,
                                             .hits = hits,
                                             .references = bank.references()}));
  }
  // Seconds of video per second of CPU, three views a second.
  state.counters["real_time"] = benchmark::Counter(60.0 * static_cast<double>(state.iterations()),
                                                   benchmark::Counter::kIsRate);
}

void BM_Background(benchmark::State& state) { follow(state, {background(60s)}); }
void BM_Copy(benchmark::State& state) { follow(state, {copy_of("ref-a").from(10s).lasting(60s)}); }
BENCHMARK(BM_Background);
BENCHMARK(BM_Copy);

}  // namespace
}  // namespace staydown::testing

BENCHMARK_MAIN();
