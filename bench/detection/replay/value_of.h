// Errors of a benchmark's surroundings.
#pragma once

#include <stdexcept>
#include <utility>

#include "core/result.h"

namespace staydown::bench {

// An error here is a fault of the surroundings: nothing was measured.
template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace staydown::bench
