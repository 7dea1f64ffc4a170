#include "media/frame_collector.h"

#include <algorithm>
#include <utility>

namespace staydown::media {
namespace {

Image copy_of(const Image& image) {
  Image copy(image.width, image.height, image.channels);
  std::copy_n(image.pixels.data(), image.pixels.size(), copy.pixels.data());
  return copy;
}

}  // namespace

FrameCollector::FrameCollector(MediaTime start, const SamplingPlan& plan, bool rgb,
                               Presentation presentation, Scaler& scaler)
    : start_(start),
      mode_(plan.mode),
      picker_(plan.interval),
      rgb_(rgb),
      presentation_(presentation),
      scaler_(scaler) {}

Result<void> FrameCollector::collect(Decoder& decoder) {
  while (const AVFrame* decoded = decoder.receive()) {
    ++decoded_;
    if ((decoded->flags & AV_FRAME_FLAG_CORRUPT) != 0 || decoded->decode_error_flags != 0) {
      corrupt_ = true;
    }
    if (decoded->pts == AV_NOPTS_VALUE) continue;
    const MediaTime time(decoded->pts);
    if (time < start_) continue;
    // The plan has chosen the keyframes; what else was decoded had to be.
    if (mode_ != SamplingMode::kKeyframes && !picker_.takes(time - start_)) continue;
    auto frame = frame_of(*decoded);
    if (!frame) return tl::unexpected(frame.error());
    frames_.push_back(std::move(*frame));
  }
  return {};
}

Result<Frame> FrameCollector::frame_of(const AVFrame& decoded) const {
  Frame frame;
  frame.time = MediaTime(decoded.pts);
  frame.source = source_size(decoded, presentation_);
  auto luma = scaler_.luma(decoded, presentation_);
  if (!luma) return tl::unexpected(luma.error());
  frame.luma = std::move(*luma);
  if (!rgb_) return frame;
  auto rgb = scaler_.rgb(decoded, presentation_);
  if (!rgb) return tl::unexpected(rgb.error());
  frame.rgb = std::move(*rgb);
  return frame;
}

std::vector<Frame> FrameCollector::take() {
  std::stable_sort(frames_.begin(), frames_.end(),
                   [](const Frame& a, const Frame& b) { return a.time < b.time; });
  const auto same_time = [](const Frame& a, const Frame& b) { return a.time == b.time; };
  frames_.erase(std::unique(frames_.begin(), frames_.end(), same_time), frames_.end());
  return std::move(frames_);
}

SampledSegment thinned_out(const SampledSegment& dense, MediaTime start, MediaTime interval) {
  SampledSegment thinned;
  thinned.duration = dense.duration;
  thinned.mode = dense.mode;
  thinned.warnings = dense.warnings;
  thinned.decoded_frames = dense.decoded_frames;
  IntervalPicker picker(interval);
  for (const Frame& frame : dense.frames) {
    if (!picker.takes(frame.time - start)) continue;
    Frame copy;
    copy.time = frame.time;
    copy.source = frame.source;
    copy.luma = copy_of(frame.luma);
    if (!frame.rgb.empty()) copy.rgb = copy_of(frame.rgb);
    thinned.frames.push_back(std::move(copy));
  }
  return thinned;
}

}  // namespace staydown::media
