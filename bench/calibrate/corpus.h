// The hash lists that prepare.py writes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/reference.h"

namespace staydown::calibrate {

// Views of the frames of something (the whole, and of videos the middle), in order of time and
// view; those of quality below 50 are left out.
struct Frames {
  std::string name;
  std::vector<Descriptor> frames;
};

struct Copy {
  std::string edit, clip;
  double speed = 1, offset = 0;    // t_reference = speed * t_copy + offset, seconds
  std::vector<Descriptor> frames;  // as in Frames, every 500 ms
};

struct Corpus {
  std::vector<Frames> clips;   // every 40 ms
  std::vector<Frames> images;  // by source; times mean nothing
  std::vector<Copy> copies;
};

// Throws std::runtime_error that names the file.
Corpus read_corpus(const std::filesystem::path& work);

// All views of one frame.
using Moment = std::span<const Descriptor>;
// The first frame of each step; points into `frames`.
std::vector<Moment> moments(std::span<const Descriptor> frames, MediaTime step);

// As the bank would keep it: near-duplicates dropped, generic frames marked.
ReferenceTimelinePtr timeline_of(const Frames& frames);

// Half of all clips, chosen by their names only, calibrates; the other half tests.
bool calibrates(const std::string& clip);

}  // namespace staydown::calibrate
