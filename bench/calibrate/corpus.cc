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

std::vector<Descriptor> read_hashes(const std::filesystem::path& path, View view = View::kFull) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read; run prepare.py first");
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
                      .view = view,
                      .quality = std::stoi(quality),
                      .value = *hash});
  }
  return frames;
}

// FOLDER/full/NAME and FOLDER/centre/NAME.
std::vector<Descriptor> read_views(const std::filesystem::path& folder, const std::string& name) {
  std::vector<Descriptor> frames = read_hashes(folder / "full" / name);
  const auto centre = read_hashes(folder / "centre" / name, View::kCentre);
  const auto middle = frames.insert(frames.end(), centre.begin(), centre.end());
  std::inplace_merge(frames.begin(), middle, frames.end(),
                     [](const Descriptor& a, const Descriptor& b) { return a.time < b.time; });
  return frames;
}

template <typename Read>
std::vector<Frames> read_folder(const std::filesystem::path& folder, Read read) {
  std::vector<Frames> all;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    if (item.path().extension() != ".txt") continue;
    all.push_back({item.path().stem().string(), read(item.path())});
  }
  std::sort(all.begin(), all.end(),
            [](const Frames& a, const Frames& b) { return a.name < b.name; });
  return all;
}

}  // namespace

Corpus read_corpus(const std::filesystem::path& work) {
  Corpus corpus;
  corpus.images = read_folder(work / "images", [](const auto& path) { return read_hashes(path); });
  corpus.clips = read_folder(work / "reference" / "full", [&](const auto& path) {
    return read_views(work / "reference", path.filename().string());
  });
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
    copy.frames = read_views(work / "copies", copy.edit + "/" + copy.clip + ".txt");
    corpus.copies.push_back(std::move(copy));
  }
  if (corpus.clips.empty() || corpus.images.empty() || corpus.copies.empty()) {
    throw std::runtime_error(work.string() + ": incomplete; run bench/calibrate/prepare.py first");
  }
  return corpus;
}

std::vector<Moment> moments(std::span<const Descriptor> frames, MediaTime step) {
  std::vector<Moment> kept;
  for (std::size_t first = 0, last = 0; first < frames.size(); first = last) {
    while (last < frames.size() && frames[last].time == frames[first].time) ++last;
    if (kept.empty() || frames[first].time / step > kept.back().front().time / step) {
      kept.push_back(frames.subspan(first, last - first));
    }
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
