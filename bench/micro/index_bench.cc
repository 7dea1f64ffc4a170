// Cost of a search in the whole index, and of a change, by the size of the bank.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "index/reference_index.h"

namespace {

using namespace staydown;

PdqHash random_hash(std::mt19937_64& random) { return {{random(), random(), random(), random()}}; }

// Two hours of video at one frame a second.
ReferenceTimelinePtr reference(const std::string& id, std::mt19937_64& random) {
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(id);
  for (int i = 0; i < 7200; ++i) {
    timeline->entries.push_back({.quality = 100, .value = random_hash(random)});
  }
  return timeline;
}

std::vector<ReferenceTimelinePtr> references(std::int64_t entries, std::mt19937_64& random) {
  std::vector<ReferenceTimelinePtr> all;
  for (std::int64_t i = 0; i < entries / 7200; ++i) {
    all.push_back(reference(std::to_string(i), random));
  }
  return all;
}

// Eight descriptors, as a segment gives; time is for all of them.
void BM_Search(benchmark::State& state) {
  std::mt19937_64 random(1);
  index::ReferenceIndex index;
  index.add(references(state.range(0), random));
  const auto snapshot = index.snapshot();
  for (auto _ : state) {
    std::vector<Descriptor> segment(8);
    for (auto& descriptor : segment) {
      descriptor.quality = 100;
      descriptor.value = random_hash(random);
    }
    benchmark::DoNotOptimize(snapshot->search(segment, {}));
  }
  state.SetItemsProcessed(state.iterations() * 8);
}
BENCHMARK(BM_Search)->Arg(10'000)->Arg(30'000)->Arg(100'000)->Arg(1'000'000)->Arg(4'000'000);

// A reference of two hours joins the bank and is visible.
void BM_Add(benchmark::State& state) {
  std::mt19937_64 random(1);
  index::ReferenceIndex index;
  index.add(references(state.range(0), random));
  const auto added = reference("added", random);
  for (auto _ : state) index.add({added});
}
BENCHMARK(BM_Add)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
