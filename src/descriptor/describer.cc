#include "descriptor/describer.h"

#include <fmt/format.h>

#include <utility>

#include "descriptor/pdq.h"
#include "descriptor/views.h"

namespace staydown::descriptor {
namespace {

// Where among the descriptors those of a picture's regions lie.
struct Place {
  std::size_t first, regions;
};

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

Describer::Describer(ViewPolicy views, LearnedDescriptor learned)
    : views_(views), learned_(std::move(learned)) {}

Result<std::vector<Descriptor>> Describer::hashes(std::span<const Frame> frames) const {
  return Describer(views_).describe(frames);
}

Result<std::vector<Descriptor>> Describer::describe(std::span<const Frame> frames) const {
  std::vector<Descriptor> descriptors;
  std::vector<Image> crops;            // keeps alive what `pictures` points to
  std::vector<const Image*> pictures;  // to be embedded, in order
  std::vector<Place> places;           // of their embeddings
  crops.reserve(2 * frames.size());
  for (const Frame& frame : frames) {
    for (Rendering& rendering : renderings_of(frame, views_)) {
      const bool whole = rendering.luma.empty();
      const PdqResult hashed = pdq(whole ? frame.luma : rendering.luma, rendering.source);
      Descriptor descriptor{.time = frame.time,
                            .view = rendering.view,
                            .quality = hashed.quality,
                            .value = hashed.hash};
      descriptors.push_back(descriptor);
      if (learned_.embedder && rendering.view != View::kCentre) {
        if (frame.rgb.empty()) {
          return fail(ErrorCode::kInvalidArgument,
                      fmt::format("frame at {} has no RGB picture, which {} needs; sample with rgb",
                                  to_string(frame.time), learned_.embedder->model()));
        }
        if (!whole) crops.push_back(std::move(rendering.rgb));
        pictures.push_back(whole ? &frame.rgb : &crops.back());
        places.push_back(
            {descriptors.size(), whole && views_.regions ? learned_.embedder->regions() : 1});
        descriptor.value = Embedding();
        for (std::size_t region = 0; region < places.back().regions; ++region) {
          if (region > 0) descriptor.view = View::kPart;
          descriptor.region = static_cast<std::uint8_t>(region);
          descriptors.push_back(descriptor);
        }
      }
      if (views_.mirrored && hashed.mirrored != hashed.hash) {
        descriptors.push_back({.time = frame.time,
                               .view = rendering.mirrored,
                               .quality = hashed.quality,
                               .value = hashed.mirrored});
      }
    }
  }
  if (pictures.empty()) return descriptors;

  auto embeddings = learned_.embedder->embed(pictures);
  if (!embeddings) return tl::unexpected(embeddings.error());
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t region = 0; region < places[i].regions; ++region) {
      Descriptor& descriptor = descriptors[places[i].first + region];
      Embedding& embedding = (*embeddings)[i][region];
      if (learned_.norm) descriptor.commonness = learned_.norm->commonness(embedding);
      descriptor.value = std::move(embedding);
    }
  }
  return descriptors;
}

}  // namespace staydown::descriptor
