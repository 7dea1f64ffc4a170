// What a segment costs in media/, step by step: H.264, 30 fps, one keyframe every 2 s, MPEG-TS with
// audio, at the bit rates of a usual ladder. Pictures carry grain, so that keyframes are as large
// as those of camera footage.
//
//   build/release/bench/micro/micro_media --benchmark_repetitions=5
//   --benchmark_report_aggregates_only
#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "media/decoder.h"
#include "media/demuxer.h"
#include "media/ffmpeg_process.h"
#include "media/frame_sampler.h"
#include "media/scaler.h"
#include "support/synthetic_video.h"

namespace staydown {
namespace {

using namespace std::chrono_literals;

struct Rung {
  int width, height, kilobits;
};
const std::map<int, Rung> kLadder = {{1080, {1920, 1080, 6000}},
                                     {720, {1280, 720, 3000}},
                                     {480, {854, 480, 1400}},
                                     {360, {640, 360, 800}}};
constexpr AVRational kMicroseconds = {1, 1'000'000};

Image with_grain(const Image& image) {
  Image grainy(image.width, image.height, image.channels);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    state = state * 1664525U + 1013904223U;  // Numerical Recipes
    const int value = image.pixels.data()[i] + static_cast<int>(state >> 28U) - 8;
    grainy.pixels.data()[i] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  }
  return grainy;
}

// Two segments of 2 s.
const std::vector<Segment>& stream(int height) {
  static std::map<int, std::vector<Segment>> streams;
  auto& segments = streams[height];
  if (segments.empty()) {
    const Rung& rung = kLadder.at(height);
    segments = support::segments({.parts = {{.seed = 1, .duration = 4s, .edit = with_grain}},
                                  .width = rung.width,
                                  .height = rung.height,
                                  .fps = 30,
                                  .gop = 60,
                                  .b_frames = 2,
                                  .kilobits = rung.kilobits,
                                  .audio = true},
                                 StreamId("bench"), 2s);
  }
  return segments;
}

media::DemuxedVideo demuxed(const Segment& segment) {
  const media::SegmentLimits limits;
  const media::CpuBudget budget(limits.max_cpu);
  auto video = media::demux(media::Container::kMpegTs, {}, segment.bytes, limits, budget);
  if (!video) throw std::runtime_error(video.error().message);
  return std::move(*video);
}

void Sample(benchmark::State& state, media::Density density) {
  const auto& segments = stream(static_cast<int>(state.range(0)));
  media::FrameSampler sampler;
  std::int64_t frames = 0;
  for (auto _ : state) {
    const auto sampled = sampler.sample(segments[1], density);
    if (!sampled) state.SkipWithError(sampled.error().message.c_str());
    frames = sampled->decoded_frames;
  }
  state.counters["decoded"] = static_cast<double>(frames);
  state.counters["segment_KB"] = static_cast<double>(segments[1].bytes.size()) / 1024;
}

void Open(benchmark::State& state) {
  const auto& segment = stream(static_cast<int>(state.range(0)))[1];
  for (auto _ : state) benchmark::DoNotOptimize(demuxed(segment).packets.size());
}

void DecodeKeyframe(benchmark::State& state) {
  const auto video = demuxed(stream(static_cast<int>(state.range(0)))[1]);
  auto decoder = media::Decoder::open(*video.parameters, kMicroseconds, 1 << 30);
  const AVPacket& key = *video.packets.at(0);
  for (auto _ : state) {
    decoder->send(&key);
    decoder->send(nullptr);
    if (decoder->receive() == nullptr) state.SkipWithError("no frame");
    decoder->flush();
  }
  state.counters["keyframe_KB"] = key.size / 1024.0;
}

void DecodeKeyframeWithAFreshContext(benchmark::State& state) {
  const auto video = demuxed(stream(static_cast<int>(state.range(0)))[1]);
  for (auto _ : state) {
    auto decoder = media::Decoder::open(*video.parameters, kMicroseconds, 1 << 30);
    decoder->send(video.packets.at(0).get());
    decoder->send(nullptr);
    if (decoder->receive() == nullptr) state.SkipWithError("no frame");
  }
}

void Scale(benchmark::State& state, int channels) {
  const auto video = demuxed(stream(static_cast<int>(state.range(0)))[1]);
  auto decoder = media::Decoder::open(*video.parameters, kMicroseconds, 1 << 30);
  decoder->send(video.packets.at(0).get());
  decoder->send(nullptr);
  const AVFrame* frame = decoder->receive();
  media::Scaler scaler;
  for (auto _ : state) {
    const auto image = channels == 1 ? scaler.luma(*frame, {}) : scaler.rgb(*frame, {});
    benchmark::DoNotOptimize(image->pixels.data());
  }
}

void Ladder(benchmark::internal::Benchmark* benchmark) {
  for (const auto& [height, rung] : kLadder) benchmark->Arg(height);
  benchmark->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(Sample, keyframes, media::Density::kNormal)->Apply(Ladder);
BENCHMARK_CAPTURE(Sample, dense, media::Density::kDense)->Apply(Ladder);
BENCHMARK(Open)->Apply(Ladder);
BENCHMARK(DecodeKeyframe)->Apply(Ladder);
BENCHMARK(DecodeKeyframeWithAFreshContext)->Apply(Ladder);
BENCHMARK_CAPTURE(Scale, luma, 1)->Apply(Ladder);
BENCHMARK_CAPTURE(Scale, rgb, 3)->Apply(Ladder);

}  // namespace
}  // namespace staydown

BENCHMARK_MAIN();
