#include "calibrate/corpus.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "descriptor/pdq.h"
#include "matching/frame_score.h"
#include "reference/timeline_builder.h"

namespace staydown::calibrate {
namespace {

std::vector<Descriptor> read_hashes(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Descriptor> frames;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string number, quality, hex, time;
    std::getline(fields, number, ',');
    std::getline(fields, quality, ',');
    std::getline(fields, hex, ',');
    std::getline(fields, time, ',');
    const auto hash = descriptor::pdq_from_hex(hex);
    if (!hash || time.empty()) throw std::runtime_error(path.string() + ": bad line: " + line);
    if (std::stoi(quality) < matching::kMinQuality) continue;
    frames.push_back({.time = MediaTime(std::llround(std::stod(time) * 1e6)),
                      .quality = std::stoi(quality),
                      .value = *hash});
  }
  return frames;
}

std::vector<Frames> read_folder(const std::filesystem::path& folder) {
  std::vector<Frames> all;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    if (item.path().extension() != ".txt") continue;
    all.push_back({item.path().stem().string(), read_hashes(item.path())});
  }
  std::sort(all.begin(), all.end(),
            [](const Frames& a, const Frames& b) { return a.name < b.name; });
  return all;
}

}  // namespace

Corpus read_corpus(const std::filesystem::path& work) {
  Corpus corpus{read_folder(work / "reference"), read_folder(work / "images"), {}};
  std::ifstream list(work / "copies.csv");
  for (std::string line; std::getline(list, line);) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream fields(line);
    Copy copy;
    std::string speed, offset;
    std::getline(fields, copy.edit, ',');
    std::getline(fields, copy.clip, ',');
    std::getline(fields, speed, ',');
    std::getline(fields, offset, ',');
    copy.speed = std::stod(speed);
    copy.offset = std::stod(offset);
    copy.frames = read_hashes(work / "copies" / copy.edit / (copy.clip + ".txt"));
    corpus.copies.push_back(std::move(copy));
  }
  if (corpus.clips.empty() || corpus.images.empty() || corpus.copies.empty()) {
    throw std::runtime_error(work.string() + ": incomplete; run bench/calibrate/prepare.py first");
  }
  return corpus;
}

std::vector<Descriptor> thinned(const Frames& frames, MediaTime step) {
  std::vector<Descriptor> kept;
  for (const Descriptor& frame : frames.frames) {
    if (kept.empty() || frame.time / step > kept.back().time / step) kept.push_back(frame);
  }
  return kept;
}

ReferenceTimelinePtr timeline_of(const Frames& frames) {
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(frames.name);
  reference::TimelineBuilder builder;
  builder.add(frames.frames);
  auto built = builder.finish(frames.frames.empty() ? MediaTime{} : frames.frames.back().time);
  timeline->entries = std::move(built.entries);
  timeline->duration = built.duration;
  return timeline;
}

bool calibrates(const std::string& clip) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : clip) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return (hash ^ (hash >> 16)) % 2 == 0;
}

}  // namespace staydown::calibrate
