#include "media/frame_pool.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "media/av_ptr.h"

extern "C" {
#include <libavutil/buffer.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace staydown::media {
namespace {

using AVBufferPoolPtr = std::unique_ptr<AVBufferPool, AvDeleter<av_buffer_pool_uninit>>;

struct SizedPool {
  std::size_t size;
  AVBufferPoolPtr pool;
};

// Sizes that a worker meets at once: the rungs of a ladder. The least recently used one goes first.
constexpr std::size_t kMaxPools = 6;

AVBufferRef* take(std::size_t size) {
  thread_local std::vector<SizedPool> pools;
  auto found = std::find_if(pools.begin(), pools.end(),
                            [&](const SizedPool& pool) { return pool.size == size; });
  if (found == pools.end()) {
    if (pools.size() == kMaxPools) pools.erase(pools.begin());
    pools.push_back({size, AVBufferPoolPtr(av_buffer_pool_init(size, nullptr))});
  } else {
    std::rotate(found, found + 1, pools.end());
  }
  AVBufferPool* pool = pools.back().pool.get();
  return pool == nullptr ? nullptr : av_buffer_pool_get(pool);
}

// Alignment that every decoder's SIMD code is content with, and what it may read past a plane.
constexpr int kAlignment = 64, kPadding = 64;

}  // namespace

int get_frame_buffer(AVCodecContext* context, AVFrame* frame, int flags) {
  const auto format = static_cast<AVPixelFormat>(frame->format);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  if (description == nullptr ||
      (description->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL)) != 0) {
    return avcodec_default_get_buffer2(context, frame, flags);
  }
  int width = frame->width, height = frame->height;
  int alignments[AV_NUM_DATA_POINTERS] = {};
  avcodec_align_dimensions2(context, &width, &height, alignments);
  // Chroma rows are aligned, too, when luma rows are to the alignment of the chroma's share.
  const int unit = kAlignment << description->log2_chroma_w;
  width = (width + unit - 1) / unit * unit;

  int strides[4] = {};
  std::ptrdiff_t strides_of_planes[4] = {};
  std::size_t sizes[4] = {};
  if (const int result = av_image_fill_linesizes(strides, format, width); result < 0) return result;
  std::copy(std::begin(strides), std::end(strides), std::begin(strides_of_planes));
  if (const int result = av_image_fill_plane_sizes(sizes, format, height, strides_of_planes);
      result < 0) {
    return result;
  }
  std::size_t total = kAlignment;
  for (std::size_t& size : sizes) {
    if (size == 0) continue;
    size = (size + kPadding + kAlignment - 1) / kAlignment * kAlignment;
    total += size;
  }
  AVBufferRef* buffer = take(total);
  if (buffer == nullptr) return AVERROR(ENOMEM);
  std::memset(buffer->data, 0, total);
  frame->buf[0] = buffer;
  void* aligned = buffer->data;
  std::size_t space = total;
  std::align(kAlignment, total - kAlignment, aligned, space);
  auto* plane = static_cast<std::uint8_t*>(aligned);
  for (std::size_t i = 0; i < 4; ++i) {
    if (sizes[i] == 0) continue;
    frame->data[i] = plane;
    frame->linesize[i] = strides[i];
    plane += sizes[i];
  }
  frame->extended_data = frame->data;
  return 0;
}

}  // namespace staydown::media
