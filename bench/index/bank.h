// A large bank made of real frames and of perturbed ones, and edited frames to look for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/descriptor.h"

namespace staydown::bench {

// Reads what frame_hashes prints. Frames of quality below 50 are left out, as the index does.
std::vector<std::vector<PdqHash>> read_frames(const std::vector<std::string>& paths);

enum class Distractors {
  kSpread,  // 32-128 bits from a real frame: other videos, with the statistics of real hashes
  kDense,   // as far from a real frame as its edits are: every frame is in the bank many times
};

struct Bank {
  std::vector<PdqHash> rows;     // the real frames, then the distractors
  std::vector<PdqHash> queries;  // real frames after an edit that left them within 64 bits
  int median_edit = 0;           // distance of queries to their originals
};

// `frames[i]`: a frame's hash, then its hash after each edit. Bits flip as often as edits flip
// them. `static_scene` of the rows are within 10 bits of one frame, which also is the first query.
Bank make_bank(const std::vector<std::vector<PdqHash>>& frames, std::size_t entries,
               Distractors distractors, std::size_t queries, std::size_t static_scene);

}  // namespace staydown::bench
