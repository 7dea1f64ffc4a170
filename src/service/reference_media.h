// The references' videos, for people who compare: only where the very file is still at hand.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/frame.h"
#include "core/ids.h"
#include "core/result.h"

namespace staydown::service {

// Looks for a reference's file at the path that the bank keeps, then under `folder` by its name;
// either counts only with the digest that the bank keeps. Each file is digested once. Not
// thread-safe.
class ReferenceMedia {
 public:
  ReferenceMedia(std::string bank_path, std::string folder);

  // The reference's frame at `time` in colour; nullopt where the video is not at hand.
  Result<std::optional<Frame>> frame(const ReferenceId& reference, MediaTime time);

 private:
  std::optional<std::string> find(const ReferenceId& reference) const;

  std::string bank_path_, folder_;
  std::map<ReferenceId, std::optional<std::string>> files_;  // paths of those that were looked for
};

}  // namespace staydown::service
