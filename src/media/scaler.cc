#include "media/scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

namespace staydown::media {
namespace {

// Rows that swscale writes to: its SIMD code may write up to the next multiple of this.
constexpr int kRowAlignment = 64;

// Beyond this a pixel aspect ratio is taken for a mistake. H.264 table E-1 ends at 2:1; anamorphic
// formats in use stay below 4:1.
constexpr double kMaxPixelAspect = 8;

double ratio_of(AVRational pixel_aspect) {
  if (pixel_aspect.num <= 0 || pixel_aspect.den <= 0) return 1;
  const double ratio = av_q2d(pixel_aspect);
  return ratio > kMaxPixelAspect || ratio < 1 / kMaxPixelAspect ? 1 : ratio;
}

// Players take unlabelled video of HD size for BT.709 and the rest for BT.601.
int colorspace_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_SMPTE240M:
      return frame.colorspace;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return SWS_CS_ITU601;
    default:
      return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

}  // namespace

Presentation presentation_of(const AVStream& stream) {
  const AVRational aspect = stream.sample_aspect_ratio.num > 0
                                ? stream.sample_aspect_ratio
                                : stream.codecpar->sample_aspect_ratio;
  return {orientation_of(stream), aspect};
}

Size working_size(Size coded, AVRational pixel_aspect, int long_side) {
  const double aspect = ratio_of(pixel_aspect);
  double width = coded.width, height = coded.height;
  aspect > 1 ? height /= aspect : width *= aspect;
  const double shrink = std::min(1.0, long_side / std::max(width, height));
  const auto side = [&](double length) {
    return std::max(1, static_cast<int>(std::lround(length * shrink)));
  };
  return {side(width), side(height)};
}

Size source_size(const AVFrame& frame, const Presentation& presentation) {
  if (orientation_of(frame, presentation.orientation).swaps_sides()) {
    return {frame.height, frame.width};
  }
  return {frame.width, frame.height};
}

Result<Image> Scaler::luma(const AVFrame& frame, const Presentation& presentation) {
  return scale(frame, presentation, AV_PIX_FMT_GRAY8, luma_);
}

Result<Image> Scaler::rgb(const AVFrame& frame, const Presentation& presentation) {
  return scale(frame, presentation, AV_PIX_FMT_RGB24, rgb_);
}

Result<Image> Scaler::scale(const AVFrame& frame, const Presentation& presentation,
                            AVPixelFormat to_format, Cached& cached) const {
  const AVRational aspect =
      presentation.pixel_aspect.num > 0 ? presentation.pixel_aspect : frame.sample_aspect_ratio;
  const Size from{frame.width, frame.height};
  const Conversion wanted{.from = from,
                          .to = working_size(from, aspect, long_side_),
                          .format = frame.format,
                          .range = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                          .colorspace = colorspace_of(frame)};
  if (!cached.context || cached.conversion != wanted) {
    cached.context.reset(sws_alloc_context());
    SwsContext* context = cached.context.get();
    const std::pair<const char*, int> options[] = {
        {"srcw", from.width},      {"srch", from.height},       {"src_format", frame.format},
        {"dstw", wanted.to.width}, {"dsth", wanted.to.height},  {"dst_format", to_format},
        {"sws_flags", SWS_AREA},   {"src_range", wanted.range}, {"dst_range", 1}};
    for (const auto& [name, value] : options) av_opt_set_int(context, name, value, 0);
    if (sws_init_context(context, nullptr, nullptr) < 0) {
      cached.context.reset();
      const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format));
      return fail(ErrorCode::kDecodeFailed,
                  fmt::format("cannot scale {}x{} {}", from.width, from.height,
                              name == nullptr ? "unknown pixel format" : name));
    }
    if (to_format == AV_PIX_FMT_RGB24) {
      const int* coefficients = sws_getCoefficients(wanted.colorspace);
      sws_setColorspaceDetails(context, coefficients, wanted.range, coefficients, 1, 0, 1 << 16,
                               1 << 16);
    }
    cached.conversion = wanted;
  }

  const int channels = to_format == AV_PIX_FMT_GRAY8 ? 1 : 3;
  const int stride =
      (wanted.to.width * channels + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
  std::size_t space =
      static_cast<std::size_t>(stride) * static_cast<std::size_t>(wanted.to.height) +
      2 * kRowAlignment;
  PixelBuffer rows(space);
  void* aligned = rows.data();
  std::align(kRowAlignment, space - kRowAlignment, aligned, space);
  auto* target = static_cast<std::uint8_t*>(aligned);
  std::uint8_t* const planes[4] = {target, nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  sws_scale(cached.context.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
  return upright(target, stride, wanted.to.width, wanted.to.height, channels,
                 orientation_of(frame, presentation.orientation));
}

}  // namespace staydown::media
