// What it costs to cut a file into segments, beside sampling them: CPU time per second of video.
//
//   build/release/bench/micro/micro_input
//
// The video is made by the ffmpeg program: a moving test picture with noise, x264, 30 frames a
// second, a keyframe every 2 s, 1080p at 6 and 360p at 0.8 Mbps, with the sound of a sine. Packets
// of MP4 are rewrapped as Matroska, those of MPEG-TS as MPEG-TS (media/remuxer.h).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "media/frame_sampler.h"
#include "media/input_source.h"

namespace staydown::media {
namespace {

constexpr int kSeconds = 20;

std::string video(const std::string& container, int height) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("staydown_input_bench_" + std::to_string(height) + "." + container);
  if (std::filesystem::exists(path)) return path;
  const auto seconds = std::to_string(kSeconds);
  const auto command =
      "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=" + std::to_string(height * 16 / 9) +
      "x" + std::to_string(height) + ":r=30:d=" + seconds + " -f lavfi -i sine=d=" + seconds +
      " -vf noise=alls=20:allf=t -c:v libx264 -preset veryfast -g 60 -keyint_min 60 -sc_threshold "
      "0" +
      (height >= 1080 ? " -b:v 6M -maxrate 6M -bufsize 6M"
                      : " -b:v 800k -maxrate 800k -bufsize 800k") +
      " -pix_fmt yuv420p -c:a aac " + path.string();
  if (std::system(command.c_str()) != 0) throw std::runtime_error("ffmpeg failed");
  return path;
}

std::vector<Segment> segments_of(const std::string& path) {
  std::vector<Segment> segments;
  const auto source = open_input(path, {}).value();
  while (auto segment = source->next({}).value()) segments.push_back(*std::move(segment));
  return segments;
}

// CPU seconds per second of video.
void per_second_of_video(benchmark::State& state) {
  state.counters["per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kSeconds,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void cut_into_segments(benchmark::State& state, const std::string& container) {
  const auto path = video(container, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(segments_of(path));
  per_second_of_video(state);
}

void sample_segments(benchmark::State& state, const std::string& container) {
  const auto segments = segments_of(video(container, static_cast<int>(state.range(0))));
  FrameSampler sampler;
  for (auto _ : state) {
    for (const auto& segment : segments) benchmark::DoNotOptimize(sampler.sample(segment).value());
  }
  per_second_of_video(state);
}

BENCHMARK_CAPTURE(cut_into_segments, mp4, "mp4")->Arg(1080)->Arg(360);
BENCHMARK_CAPTURE(sample_segments, mp4, "mp4")->Arg(1080)->Arg(360);
BENCHMARK_CAPTURE(cut_into_segments, ts, "ts")->Arg(1080)->Arg(360);
BENCHMARK_CAPTURE(sample_segments, ts, "ts")->Arg(1080)->Arg(360);

}  // namespace
}  // namespace staydown::media

BENCHMARK_MAIN();
