// The descriptors that prepare.py writes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/reference.h"
#include "descriptor/score_norm.h"

namespace staydown::calibrate {

// Distances as numbers of bits: what unrelated frames differ by is near 128 for either kind.
inline constexpr double bits_per_unit(DescriptorKind kind) {
  return kind == DescriptorKind::kPdq ? 1 : 128;
}

// By how many views of a frame movements of the kind are measured, in turn: the whole, and of
// hashes the middle beside it.
std::span<const std::size_t> numbers_of_views(DescriptorKind kind);

// Views of the frames of something (the whole, and of videos the middle; the whole's regions by the
// learned model, if there is one), in order of time and view; those of quality below 50 are left
// out.
struct Frames {
  std::string name;
  std::vector<Descriptor> frames;
};

struct Copy {
  std::string edit, clip;
  double speed = 1, offset = 0;           // t_reference = speed * t_copy + offset, seconds
  bool hashes = true, embeddings = true;  // which kinds of descriptors are held to it
  std::vector<Descriptor> frames;         // as in Frames, every 500 ms

  bool held_to(DescriptorKind kind) const {
    return kind == DescriptorKind::kPdq ? hashes : embeddings;
  }
};

struct Corpus {
  std::vector<Frames> clips;   // every 40 ms
  std::vector<Frames> images;  // by source; times only tell them apart
  std::vector<Copy> copies;
};

// `norm`: of the learned model; without it there are hashes only. Throws std::runtime_error that
// names the file.
Corpus read_corpus(const std::filesystem::path& work, const descriptor::ScoreNorm* norm);

// All views of one frame.
using Moment = std::span<const Descriptor>;
// The first frame of each step; points into `frames`.
std::vector<Moment> moments(std::span<const Descriptor> frames, MediaTime step);

// As the bank would keep it: near-duplicates dropped, generic frames marked, whole pictures only.
ReferenceTimelinePtr timeline_of(const Frames& frames);

// Of the clips, by their names.
using Timelines = std::map<std::string, ReferenceTimelinePtr>;
Timelines timelines_of(const Corpus& corpus);

// Half of all clips, chosen by their names only, calibrates; the other half tests.
bool calibrates(const std::string& clip);

}  // namespace staydown::calibrate
