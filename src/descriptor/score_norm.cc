#include "descriptor/score_norm.h"

#include <algorithm>
#include <span>
#include <utility>

namespace staydown::descriptor {
ScoreNorm::ScoreNorm(std::vector<Half> pictures, std::size_t dimensions)
    : pictures_(std::move(pictures)), dimensions_(dimensions) {}

float ScoreNorm::commonness(const Embedding& embedding) const {
  const std::size_t count = pictures_.size() / dimensions_;
  float nearest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    nearest = std::max(nearest, dot(embedding.halves(),
                                    std::span(pictures_).subspan(i * dimensions_, dimensions_)));
  }
  return nearest;
}

}  // namespace staydown::descriptor
