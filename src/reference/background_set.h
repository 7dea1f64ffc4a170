// PDQ hashes of pictures that unrelated videos share: test cards, titles, countdowns, plain fills.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/result.h"

namespace staydown::reference {

// Immutable and thread-safe.
class BackgroundSet {
 public:
  explicit BackgroundSet(std::vector<PdqHash> hashes) : hashes_(std::move(hashes)) {}

  // Lines of 64 hexadecimal digits, a space, and the picture's name; `#` starts a comment.
  // kMalformed names the line.
  static Result<BackgroundSet> parse(std::string_view text);
  // The set that ships: models/background-pdq.txt.
  static const BackgroundSet& embedded();

  // Whether any of the set is at most `radius` bits away. Costs about 1 ns per hash of the set.
  bool is_near(const PdqHash& hash, int radius) const;
  std::span<const PdqHash> hashes() const { return hashes_; }

 private:
  std::vector<PdqHash> hashes_;
};

}  // namespace staydown::reference
