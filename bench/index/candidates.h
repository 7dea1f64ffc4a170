// The layouts that were weighed, behind one interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/descriptor.h"

namespace staydown::bench {

class Candidate {
 public:
  virtual ~Candidate() = default;
  // Rows within `radius` of each query.
  virtual std::vector<std::vector<std::uint32_t>> search(std::span<const PdqHash> queries,
                                                         int radius) const = 0;
};

// Names: scan | tables:TABLES:BITS | flat | hash:BITS:FLIPS | multihash:TABLES:BITS:FLIPS |
// ivf:LISTS:PROBES; the last four are FAISS's. `rows` must outlive the candidate.
std::unique_ptr<Candidate> make_candidate(const std::string& name, std::span<const PdqHash> rows);

}  // namespace staydown::bench
