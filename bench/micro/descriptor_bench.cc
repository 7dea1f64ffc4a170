// Cost of the descriptors of one frame at working size.
//   build/release/bench/micro/micro_descriptor
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "descriptor/describer.h"
#include "descriptor/pdq.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// Smoothed noise with hard-edged blocks: work for every branch, no file needed.
Image busy_picture(int width, int height) {
  Image image(width, height, 1);
  std::uint32_t state = 1;
  for (int y = 0; y < height; ++y) {
    int level = 128;
    for (int x = 0; x < width; ++x) {
      state = state * 1664525U + 1013904223U;
      level = (15 * level + static_cast<int>(state >> 24U)) / 16;
      const int block = ((x / 61 + y / 47) % 3) * 40;
      image.row(y)[x] = static_cast<std::uint8_t>((level + block) % 256);
    }
  }
  return image;
}

Image plain_picture() { return busy_picture(512, 288); }

Image letterboxed_picture() {
  Image image(512, 384, 1);
  std::fill_n(image.pixels.data(), image.pixels.size(), std::uint8_t{0});
  const Image picture = plain_picture();
  std::copy_n(picture.pixels.data(), picture.pixels.size(), image.row(48));
  return image;
}

Frame frame_of(Image luma) {
  Frame frame;
  frame.source = {1920, 1080};
  frame.luma = std::move(luma);
  return frame;
}

void Pdq(benchmark::State& state) {
  const Image luma =
      busy_picture(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(pdq(luma, {1920, 1080}));
}
BENCHMARK(Pdq)->Args({512, 288})->Args({512, 384})->Args({288, 512})->Args({512, 512});

void FindTrimmed(benchmark::State& state, Image (*make)()) {
  const Frame frame = frame_of(make());
  for (auto _ : state) benchmark::DoNotOptimize(find_trimmed(frame));
}
BENCHMARK_CAPTURE(FindTrimmed, plain, plain_picture);
BENCHMARK_CAPTURE(FindTrimmed, letterbox, letterboxed_picture);

void FindInner(benchmark::State& state) {
  const Frame frame = frame_of(plain_picture());
  for (auto _ : state) benchmark::DoNotOptimize(find_inner(frame));
}
BENCHMARK(FindInner);

void Describe(benchmark::State& state, ViewPolicy views) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(plain_picture()));
  const Describer describer(views);
  for (auto _ : state) benchmark::DoNotOptimize(describer.describe(frames));
}
BENCHMARK_CAPTURE(Describe, query, kQueryViews);
BENCHMARK_CAPTURE(Describe, reference, kReferenceViews);

}  // namespace
}  // namespace staydown::descriptor

BENCHMARK_MAIN();
