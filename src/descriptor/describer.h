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
  bool mirrored = true, trimmed = true, inner = true;
};
inline constexpr ViewPolicy kQueryViews{};
inline constexpr ViewPolicy kReferenceViews{.mirrored = false, .trimmed = true, .inner = false};

// Thread-safe. `embedder` may be null; then descriptors are PDQ only.
class Describer {
 public:
  explicit Describer(ViewPolicy views, std::shared_ptr<const Embedder> embedder = nullptr);

  // Descriptors of all frames, in order of frame and view; a view that equals the full frame is
  // left out.
  Result<std::vector<Descriptor>> describe(std::span<const Frame> frames) const;

 private:
  ViewPolicy views_;
  std::shared_ptr<const Embedder> embedder_;
};

}  // namespace staydown::descriptor
