// The hash lists that prepare.py writes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/reference.h"

namespace staydown::calibrate {

// Frames of something, in order of time; those of quality below 50 are left out.
struct Frames {
  std::string name;
  std::vector<Descriptor> frames;
};

struct Copy {
  std::string edit, clip;
  double speed = 1, offset = 0;  // t_reference = speed * t_copy + offset, seconds
  std::vector<Descriptor> frames;
};

struct Corpus {
  std::vector<Frames> clips;   // every 40 ms
  std::vector<Frames> images;  // by source; times mean nothing
  std::vector<Copy> copies;
};

// Throws std::runtime_error that names the file.
Corpus read_corpus(const std::filesystem::path& work);

// The first frame of each step.
std::vector<Descriptor> thinned(const Frames& frames, MediaTime step);

// As the bank would keep it: near-duplicates dropped, generic frames marked.
ReferenceTimelinePtr timeline_of(const Frames& frames);

// Half of all clips, chosen by their names only, calibrates; the other half tests.
bool calibrates(const std::string& clip);

}  // namespace staydown::calibrate
