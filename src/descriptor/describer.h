// From sampled frames to descriptors: the views of each frame, each described.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/frame.h"
#include "core/result.h"
#include "descriptor/embedder.h"

namespace staydown::descriptor {

// Which views a side gets. Mirrored ones belong to the query side only.
struct ViewPolicy {
  bool mirrored = true, trimmed = true, inner = true, centre = true;
};
inline constexpr ViewPolicy kQueryViews{};
inline constexpr ViewPolicy kReferenceViews{.mirrored = false, .inner = false};

// Thread-safe. `embedder` may be null; then descriptors are PDQ only.
class Describer {
 public:
  explicit Describer(ViewPolicy views, std::shared_ptr<const Embedder> embedder = nullptr);

  // Descriptors of all frames, in order of frame and view, the embedding of a view right after its
  // hash; a view that is not there, or whose hash is the full frame's, is left out. Mirrored views
  // have no embedding, since the model takes a picture and its mirror image for the same, nor has
  // the centre, since it looks past logos. With an embedder, each frame needs its RGB picture
  // (kInvalidArgument); the embedder's errors pass through.
  Result<std::vector<Descriptor>> describe(std::span<const Frame> frames) const;

 private:
  ViewPolicy views_;
  std::shared_ptr<const Embedder> embedder_;
};

}  // namespace staydown::descriptor
