// The learned descriptor's place in the pipeline.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/descriptor.h"
#include "core/frame.h"
#include "core/result.h"

namespace staydown::descriptor {

// Turns pictures into embeddings, a batch at a time. Implementations are thread-safe: one compiled
// model serves all workers.
class Embedder {
 public:
  virtual ~Embedder() = default;

  virtual std::string model() const = 0;  // name and version, kept with every stored descriptor
  virtual std::size_t dimensions() const = 0;
  // Parts of a picture that get a vector of their own; the first is the whole.
  virtual std::size_t regions() const = 0;

  // For each image in order, one L2-normalised vector of `dimensions()` numbers for each region.
  // Images are RGB, of any size.
  virtual Result<std::vector<std::vector<Embedding>>> embed(
      std::span<const Image* const> images) const = 0;
};

}  // namespace staydown::descriptor
