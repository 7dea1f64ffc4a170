// FrameSampler on hostile segments: any bytes give frames or an error, within the limits.
//
// The first byte chooses how the rest is offered: bit 0 density, bit 1 the first quarter as init
// segment, bit 2 the same bytes twice. Seeds: small files of every container behind a zero byte,
// e.g.
//   ffmpeg -f lavfi -i testsrc=s=64x64:d=0.4 -c:v libx264 -g 5 seed.ts
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "media/frame_sampler.h"

namespace {

using namespace staydown;

void check(const Result<media::SampledSegment>& sampled, const Segment& segment) {
  if (!sampled) {
    if (sampled.error().message.empty()) std::abort();
    return;
  }
  if (sampled->frames.empty() || sampled->duration < MediaTime(0)) std::abort();
  MediaTime last = segment.start - MediaTime(1);
  for (const Frame& frame : sampled->frames) {
    if (frame.time <= last || frame.luma.empty()) std::abort();
    if (frame.luma.width > kWorkingSize || frame.luma.height > kWorkingSize) std::abort();
    last = frame.time;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  const std::uint8_t *begin = data + 1, *end = data + size;
  const std::uint8_t* body = (choice & 2U) != 0 ? begin + (end - begin) / 4 : begin;
  Segment segment;
  segment.stream = StreamId("fuzz");
  segment.start = std::chrono::seconds(100);
  segment.bytes.assign(body, end);
  if (body != begin) segment.init = std::make_shared<const Bytes>(begin, body);
  const auto density = (choice & 1U) != 0 ? media::Density::kDense : media::Density::kNormal;
  media::FrameSampler sampler({}, {.max_bytes = 1U << 20U,
                                   .max_pixels = 512 * 512,
                                   .max_packets = 500,
                                   .max_frames = 60,
                                   .max_cpu = std::chrono::milliseconds(500)});
  check(sampler.sample(segment, density), segment);
  if ((choice & 4U) == 0) return 0;
  ++segment.sequence;
  check(sampler.sample(segment), segment);
  check(sampler.sample(segment, media::Density::kDense), segment);
  return 0;
}
