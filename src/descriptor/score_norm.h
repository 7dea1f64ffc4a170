// How near a picture is to much that has nothing to do with it.
#pragma once

#include <cstddef>
#include <vector>

#include "core/embedding.h"

namespace staydown::descriptor {

// Score normalisation (Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR
// 2022, section 4.4): from each similarity of a query that query's similarity to the nearest
// pictures of a background set is taken off, so that a plain or common picture has to be nearer
// than one that is like nothing else. Of one picture, which told copies best
// (docs/decisions/0010-learned-descriptor.md). Immutable and thread-safe.
class ScoreNorm {
 public:
  // As many numbers as a descriptor has for each picture, one after the other. Of no pictures:
  // nothing is common.
  ScoreNorm(std::vector<Half> pictures, std::size_t dimensions);

  // What distances from this embedding are increased by: 0 for one that is orthogonal to all
  // pictures, at most 1. Its size must be `dimensions`.
  float commonness(const Embedding& embedding) const;

 private:
  std::vector<Half> pictures_;
  std::size_t dimensions_;
};

}  // namespace staydown::descriptor
