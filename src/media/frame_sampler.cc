#include "media/frame_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "media/access_unit.h"
#include "media/allow_list.h"
#include "media/container.h"
#include "media/cpu_budget.h"
#include "media/decoder.h"
#include "media/demuxer.h"
#include "media/ffmpeg_process.h"
#include "media/frame_collector.h"
#include "media/sampling_plan.h"
#include "media/scaler.h"
#include "media/timeline.h"
#include "media/ts_tables.h"

namespace staydown::media {
namespace {

constexpr AVRational kMicroseconds = {1, 1'000'000};
constexpr std::size_t kLargestKeptInit = 16U << 10;

// What to read, in order.
struct Source {
  Container container;
  ByteSpan head, body;
};

Timeline timeline_of(const DemuxedVideo& video, MediaTime expected) {
  const auto stamp = [](std::int64_t value) {
    return value == AV_NOPTS_VALUE ? kNoTimestamp : value;
  };
  std::vector<PacketTime> times;
  times.reserve(video.packets.size());
  for (const auto& packet : video.packets) {
    times.push_back({stamp(packet->pts), stamp(packet->dts), packet->duration});
  }
  return timeline_of(times, {video.time_base.num, video.time_base.den, video.timestamp_bits},
                     expected);
}

ByteSpan payload(const AVPacket& packet) {
  return {packet.data, static_cast<std::size_t>(packet.size)};
}

}  // namespace

class FrameSampler::Impl {
 public:
  Impl(SamplingPolicy policy, SegmentLimits limits) : policy_(policy), limits_(limits) {
    set_up_ffmpeg();
  }

  Result<SampledSegment> sample(const Segment& segment, Density density);

  // Forgets the pictures of the segments so far.
  void reset();

  bool holds_pictures() const { return open_after_.has_value() || kept_.has_value(); }

  SamplerMemory memory() const {
    SamplerMemory memory{previous_mode_, tables_.packets(), {}};
    if (init_ && init_->size() <= kLargestKeptInit) memory.init = *init_;
    return memory;
  }

  void recall(SamplerMemory memory) {
    previous_mode_ = memory.mode;
    tables_.restore(std::move(memory.ts_tables));
    init_.reset();
    if (!memory.init.empty()) init_ = std::make_shared<const Bytes>(std::move(memory.init));
  }

 private:
  // What a segment that cannot be decoded twice would give when sampled densely.
  struct Kept {
    std::int64_t sequence;
    SampledSegment dense;
  };

  Result<Source> source_of(const Segment& segment);
  Result<void> prepare_decoder(const Source& source, const DemuxedVideo& video);
  Result<SampledSegment> decode(const Segment& segment, const DemuxedVideo& video,
                                const Timeline& timeline, const SamplingPlan& plan,
                                const CpuBudget& budget);

  SamplingPolicy policy_;
  SegmentLimits limits_;
  TsTables tables_;
  std::shared_ptr<const Bytes> init_;  // of the stream's fragments
  Container container_{};              // of the last segment
  std::optional<Decoder> decoder_;
  Scaler scaler_;
  SamplingMode previous_mode_ = SamplingMode::kKeyframes;
  std::optional<std::int64_t> open_after_;  // the decoder holds the pictures of this segment
  std::optional<Kept> kept_;
};

Result<Source> FrameSampler::Impl::source_of(const Segment& segment) {
  const ByteSpan bytes(segment.bytes);
  if (bytes.size() > limits_.max_bytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} bytes are more than {}", bytes.size(), limits_.max_bytes));
  }
  if (bytes.empty()) return fail(ErrorCode::kTruncated, "it holds no bytes");
  const auto container = container_of(bytes);
  if (!container) {
    return fail(ErrorCode::kUnsupportedContainer,
                fmt::format("begins with {}, which is none of {}", first_bytes(bytes),
                            kMediaDemuxersForPeople));
  }
  if (*container == Container::kMpegTs) {
    return Source{*container, tables_.missing_from(bytes), bytes};
  }
  if (segment.init) {
    if (segment.init->size() > limits_.max_bytes) {
      return fail(ErrorCode::kTooLarge, fmt::format("{} bytes of init segment are more than {}",
                                                    segment.init->size(), limits_.max_bytes));
    }
    init_ = segment.init;
  }
  if (completeness_of(*container, bytes) == Completeness::kWhole) {
    if (*container == Container::kMp4) {
      const ByteSpan own = init_part_of_mp4(bytes);
      if (!own.empty()) init_ = std::make_shared<const Bytes>(own.begin(), own.end());
    }
    return Source{*container, {}, bytes};
  }
  if (!init_) {
    return fail(ErrorCode::kMalformed,
                "it is not self-contained and the stream had no init segment yet; give "
                "Segment::init");
  }
  return Source{*container, *init_, bytes};
}

Result<void> FrameSampler::Impl::prepare_decoder(const Source& source, const DemuxedVideo& video) {
  if (decoder_ && container_ == source.container && decoder_->fits(*video.parameters)) return {};
  open_after_.reset();
  decoder_.reset();
  auto opened = Decoder::open(*video.parameters, kMicroseconds, limits_.max_pixels);
  if (!opened) return tl::unexpected(opened.error());
  decoder_.emplace(std::move(*opened));
  container_ = source.container;
  return {};
}

Result<SampledSegment> FrameSampler::Impl::sample(const Segment& segment, Density density) {
  if (density == Density::kDense && kept_ && kept_->sequence == segment.sequence) {
    SampledSegment dense = std::move(kept_->dense);
    kept_.reset();
    return dense;
  }
  kept_.reset();
  const CpuBudget budget(limits_.max_cpu);
  const auto source = source_of(segment);
  if (!source) return tl::unexpected(source.error());
  auto video = demux(source->container, source->head, source->body, limits_, budget);
  if (!video) return tl::unexpected(video.error());
  if (auto ready = prepare_decoder(*source, *video); !ready) return tl::unexpected(ready.error());

  const Timeline timeline = timeline_of(*video, segment.duration);
  const AccessUnits units(decoder_->parameters());
  std::vector<PlannedPacket> packets;
  packets.reserve(video->packets.size());
  for (std::size_t i = 0; i < video->packets.size(); ++i) {
    const AVPacket& packet = *video->packets[i];
    const bool marked = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    packets.push_back({timeline.times[i], units.kind_of(payload(packet), marked)});
  }
  const SamplingSituation situation{density, previous_mode_, open_after_ == segment.sequence - 1};
  auto plan = plan_of(packets, timeline.duration, policy_, situation);
  if (!plan) {
    return fail(ErrorCode::kNoKeyframe,
                fmt::format("none of its {} frames can be decoded without the segment before it",
                            packets.size()));
  }
  if (density == Density::kNormal) previous_mode_ = plan->mode;
  if (!plan->continued) return decode(segment, *video, timeline, *plan, budget);

  plan->interval = std::min(plan->interval, policy_.dense);
  auto sampled = decode(segment, *video, timeline, *plan, budget);
  if (!sampled || density == Density::kDense) return sampled;
  SampledSegment thinned = thinned_out(*sampled, segment.start, policy_.wanted);
  kept_ = Kept{segment.sequence, std::move(*sampled)};
  return thinned;
}

void FrameSampler::Impl::reset() {
  if (decoder_) decoder_->flush();
  open_after_.reset();
}

Result<SampledSegment> FrameSampler::Impl::decode(const Segment& segment, const DemuxedVideo& video,
                                                  const Timeline& timeline,
                                                  const SamplingPlan& plan,
                                                  const CpuBudget& budget) {
  if (!plan.continued) {
    if (open_after_) reset();
    decoder_->show_incomplete_frames(!plan.from_recovery_point);
  }
  FrameCollector frames(segment.start, plan, policy_.rgb, video.presentation, scaler_);
  bool damaged = video.damaged;
  const auto drain = [&]() -> Result<void> {
    decoder_->send(nullptr);
    auto received = frames.collect(*decoder_);
    decoder_->flush();
    return received;
  };
  for (const std::size_t i : plan.decode) {
    AVPacket& packet = *video.packets[i];
    packet.pts = (segment.start + timeline.times[i]).count();
    packet.dts = AV_NOPTS_VALUE;
    if (!decoder_->send(&packet)) damaged = true;
    auto received = frames.collect(*decoder_);
    if (received && plan.mode == SamplingMode::kKeyframes) received = drain();
    if (!received) return tl::unexpected(received.error());
    if (frames.decoded() > limits_.max_frames) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} frames", limits_.max_frames));
    }
    if (budget.exceeded()) {
      return fail(ErrorCode::kTimeLimit,
                  fmt::format("decoding takes more than {} ms of CPU", limits_.max_cpu.count()));
    }
  }
  open_after_.reset();
  if (plan.open_ended) {
    open_after_ = segment.sequence;
  } else if (plan.mode != SamplingMode::kKeyframes) {
    if (auto received = drain(); !received) return tl::unexpected(received.error());
  }

  SampledSegment sampled;
  sampled.decoded_frames = frames.decoded();
  sampled.frames = frames.take();
  sampled.duration = timeline.duration;
  sampled.mode = plan.mode;
  if (sampled.frames.empty() && (plan.from_recovery_point || plan.continued)) {
    return fail(ErrorCode::kNoKeyframe, "it ends before an intra refresh has covered the picture");
  }
  if (sampled.frames.empty()) {
    return fail(
        ErrorCode::kDecodeFailed,
        fmt::format("none of the {} frames that were tried gave a picture", plan.decode.size()));
  }
  const std::pair<MediaWarning, bool> warnings[] = {
      {MediaWarning::kMissingTimestamps, timeline.missing_timestamps},
      {MediaWarning::kDiscontinuity, timeline.discontinuity},
      {MediaWarning::kLeadingFramesDropped, plan.leading_dropped},
      {MediaWarning::kCorruptFrames, damaged || frames.corrupt()},
      {MediaWarning::kIntraRefresh, plan.intra_refresh}};
  for (const auto& [warning, given] : warnings) {
    if (given) sampled.warnings.push_back(warning);
  }
  return sampled;
}

FrameSampler::FrameSampler(SamplingPolicy policy, SegmentLimits limits)
    : impl_(std::make_unique<Impl>(policy, limits)) {}
FrameSampler::~FrameSampler() = default;
FrameSampler::FrameSampler(FrameSampler&&) noexcept = default;
FrameSampler& FrameSampler::operator=(FrameSampler&&) noexcept = default;

bool FrameSampler::holds_pictures() const { return impl_->holds_pictures(); }
SamplerMemory FrameSampler::memory() const { return impl_->memory(); }
void FrameSampler::recall(SamplerMemory memory) { impl_->recall(std::move(memory)); }

Result<SampledSegment> FrameSampler::sample(const Segment& segment, Density density) {
  auto sampled = impl_->sample(segment, density);
  if (sampled) return sampled;
  // After kNoKeyframe the decoder may be on its way to a whole picture.
  if (sampled.error().code != ErrorCode::kNoKeyframe) impl_->reset();
  Error error = sampled.error();
  error.message = fmt::format("segment {}/{}: {} ({})", segment.stream.value, segment.sequence,
                              error.message, name_of(error.code));
  return tl::unexpected(std::move(error));
}

}  // namespace staydown::media
