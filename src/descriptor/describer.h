// From sampled frames to descriptors: the views of each frame, each described.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/frame.h"
#include "core/result.h"
#include "descriptor/embedder.h"
#include "descriptor/score_norm.h"

namespace staydown::descriptor {

// Which views a side gets. Mirrored ones and regions belong to the query side only: the reference's
// whole picture is looked for in parts of the query.
struct ViewPolicy {
  bool mirrored = true, trimmed = true, inner = true, centre = true;
  bool regions = true;  // of the full frame, by the embedder
};
inline constexpr ViewPolicy kQueryViews{};
inline constexpr ViewPolicy kReferenceViews{.mirrored = false, .inner = false, .regions = false};

// What makes embeddings, and tells which are common (null: none is). Thread-safe parts.
struct LearnedDescriptor {
  std::shared_ptr<const Embedder> embedder;
  std::shared_ptr<const ScoreNorm> norm;
};

// Thread-safe. Without an embedder descriptors are PDQ only.
class Describer {
 public:
  explicit Describer(ViewPolicy views, LearnedDescriptor learned = {});

  // Descriptors of all frames, in order of frame and view, the embeddings of a view right after its
  // hash, the full frame's by region; a view that is not there, or whose hash is the full frame's,
  // is left out. Mirrored views have no embedding, since the model takes a picture and its mirror
  // image for the same, nor has the centre, since it looks past logos. With an embedder, each frame
  // needs its RGB picture (kInvalidArgument); the embedder's errors pass through.
  Result<std::vector<Descriptor>> describe(std::span<const Frame> frames) const;
  // The hashes alone.
  Result<std::vector<Descriptor>> hashes(std::span<const Frame> frames) const;

  bool colour() const { return learned_.embedder != nullptr; }  // whether frames need their RGB

 private:
  ViewPolicy views_;
  LearnedDescriptor learned_;
};

}  // namespace staydown::descriptor
