// Cost of the learned descriptor: pictures to the model's size, and the shipped model, on one
// thread.
//   build/release/bench/micro/micro_embedding
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "embedding/area_scaler.h"
#include "embedding/openvino_embedder.h"

namespace staydown::embedding {
namespace {

Image noise(int width, int height) {
  Image image(width, height, 3);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    image.pixels.data()[i] = static_cast<std::uint8_t>(state >> 24U);
  }
  return image;
}

void Scale(benchmark::State& state) {
  const Image image = noise(512, 288);
  std::vector<std::uint8_t> pixels(224 * 128 * 3);
  const AreaScaler scaler(224, 128);
  for (auto _ : state) {
    scaler.scale(image, pixels);
    benchmark::DoNotOptimize(pixels.data());
  }
}
BENCHMARK(Scale);

// Scaling included; time is for all pictures of a batch, `frame` for one of them.
void Embed(benchmark::State& state, Precision precision) {
  const auto embedder =
      OpenVinoEmbedder::open(STAYDOWN_MODELS "/manifest.json", {.precision = precision});
  if (!embedder) return state.SkipWithError(embedder.error().message.c_str());
  if ((*embedder)->precision() != precision) return state.SkipWithError("not on this processor");
  const Image image = noise(512, 288);
  const std::vector<const Image*> images(static_cast<std::size_t>(state.range(0)), &image);
  for (auto _ : state) benchmark::DoNotOptimize((*embedder)->embed(images));
  state.counters["frame"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(Embed, f32, Precision::kF32)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Embed, mixed, Precision::kMixed)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Embed, bf16, Precision::kBf16)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace staydown::embedding

BENCHMARK_MAIN();
