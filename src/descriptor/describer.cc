#include "descriptor/describer.h"

#include <fmt/format.h>

#include <utility>

#include "descriptor/pdq.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// A rendering that is described both as it is and mirrored.
struct Rendering {
  View view, mirrored;
  Image luma, rgb;  // empty where the frame's own serves
  Size source;
};

Rendering render(const Frame& frame, const Box& box, View view, View mirrored) {
  return {.view = view,
          .mirrored = mirrored,
          .luma = crop(frame.luma, box),
          .rgb = frame.rgb.empty() ? Image() : crop(frame.rgb, box),
          .source = part_of(frame.source, frame.luma, box)};
}

// What is described of one frame: the whole first, then what the policy asks for and is there.
std::vector<Rendering> renderings_of(const Frame& frame, const ViewPolicy& views) {
  std::vector<Rendering> renderings;
  renderings.push_back({View::kFull, View::kMirrored, Image(), Image(), frame.source});
  const auto trimmed = views.trimmed ? find_trimmed(frame) : std::nullopt;
  if (trimmed) {
    renderings.push_back(render(frame, *trimmed, View::kTrimmed, View::kTrimmedMirrored));
  }
  const auto inner = views.inner ? find_inner(frame) : std::nullopt;
  if (inner && inner != trimmed) {
    renderings.push_back(render(frame, *inner, View::kInner, View::kInnerMirrored));
  }
  if (views.centre) {
    const Box whole{0, 0, frame.luma.width, frame.luma.height};
    renderings.push_back(
        render(frame, centre_of(trimmed.value_or(whole)), View::kCentre, View::kCentreMirrored));
  }
  return renderings;
}

}  // namespace

Describer::Describer(ViewPolicy views, std::shared_ptr<const Embedder> embedder)
    : views_(views), embedder_(std::move(embedder)) {}

Result<std::vector<Descriptor>> Describer::describe(std::span<const Frame> frames) const {
  std::vector<Descriptor> descriptors;
  std::vector<Image> crops;            // keeps alive what `pictures` points to
  std::vector<const Image*> pictures;  // to be embedded, in order
  std::vector<std::size_t> places;     // in `descriptors`, of each picture's embedding
  crops.reserve(2 * frames.size());
  for (const Frame& frame : frames) {
    for (Rendering& rendering : renderings_of(frame, views_)) {
      const bool whole = rendering.luma.empty();
      const PdqResult hashed = pdq(whole ? frame.luma : rendering.luma, rendering.source);
      descriptors.push_back({frame.time, rendering.view, hashed.quality, hashed.hash});
      if (embedder_ && rendering.view != View::kCentre) {
        if (frame.rgb.empty()) {
          return fail(ErrorCode::kInvalidArgument,
                      fmt::format("frame at {} has no RGB picture, which {} needs; sample with rgb",
                                  to_string(frame.time), embedder_->model()));
        }
        if (!whole) crops.push_back(std::move(rendering.rgb));
        pictures.push_back(whole ? &frame.rgb : &crops.back());
        places.push_back(descriptors.size());
        descriptors.push_back({frame.time, rendering.view, hashed.quality, Embedding()});
      }
      if (views_.mirrored && hashed.mirrored != hashed.hash) {
        descriptors.push_back({frame.time, rendering.mirrored, hashed.quality, hashed.mirrored});
      }
    }
  }
  if (pictures.empty()) return descriptors;

  auto embeddings = embedder_->embed(pictures);
  if (!embeddings) return tl::unexpected(embeddings.error());
  for (std::size_t i = 0; i < places.size(); ++i) {
    descriptors[places[i]].value = std::move((*embeddings)[i]);
  }
  return descriptors;
}

}  // namespace staydown::descriptor
