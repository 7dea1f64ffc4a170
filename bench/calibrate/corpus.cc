#include "calibrate/corpus.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
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

template <typename T>
bool read(std::istream& file, std::span<T> values) {
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size_bytes()));
  return file.gcount() == static_cast<std::streamsize>(values.size_bytes());
}

std::int64_t milliseconds(MediaTime time) { return (time.count() + 500) / 1000; }

// What embed.cc wrote, of the frames that `hashes` has: of each as many as there are regions.
std::vector<Descriptor> read_embeddings(const std::filesystem::path& path,
                                        const std::vector<Descriptor>& hashes,
                                        const descriptor::ScoreNorm& norm) {
  std::ifstream file(path, std::ios::binary);
  std::array<std::int32_t, 2> header{};
  if (!read<std::int32_t>(file, header)) {
    throw std::runtime_error(path.string() + ": cannot be read; run prepare.py --model first");
  }
  std::map<std::int64_t, const Descriptor*> wanted;
  for (const Descriptor& hash : hashes) wanted[milliseconds(hash.time)] = &hash;
  std::vector<Descriptor> embeddings;
  std::int32_t time = 0;
  const auto dimensions = static_cast<std::size_t>(header[1]);
  while (read<std::int32_t>(file, {&time, 1})) {
    const auto hash = wanted.find(time);
    for (std::int32_t region = 0; region < header[0]; ++region) {
      const std::shared_ptr<Half[]> halves = std::make_shared<Half[]>(dimensions);
      if (!read<Half>(file, {halves.get(), dimensions})) {
        throw std::runtime_error(path.string() + ": ends in the middle of a frame");
      }
      if (hash == wanted.end()) continue;
      Descriptor descriptor = *hash->second;
      Embedding embedding({halves, halves.get()}, dimensions);
      descriptor.region = static_cast<std::uint8_t>(region);
      descriptor.commonness = norm.commonness(embedding);
      descriptor.value = std::move(embedding);
      embeddings.push_back(std::move(descriptor));
    }
  }
  return embeddings;
}

void merge(std::vector<Descriptor>& frames, std::vector<Descriptor> more) {
  const auto middle = frames.insert(frames.end(), std::make_move_iterator(more.begin()),
                                    std::make_move_iterator(more.end()));
  std::inplace_merge(frames.begin(), middle, frames.end(),
                     [](const Descriptor& a, const Descriptor& b) { return a.time < b.time; });
}

// FOLDER/full/NAME.txt, FOLDER/centre/NAME.txt and FOLDER/embedding/NAME.bin.
std::vector<Descriptor> read_views(const std::filesystem::path& folder, const std::string& name,
                                   const descriptor::ScoreNorm* norm) {
  std::vector<Descriptor> frames = read_hashes(folder / "full" / (name + ".txt"));
  std::vector<Descriptor> embeddings;
  if (norm != nullptr) {
    embeddings = read_embeddings(folder / "embedding" / (name + ".bin"), frames, *norm);
  }
  merge(frames, read_hashes(folder / "centre" / (name + ".txt"), View::kCentre));
  merge(frames, std::move(embeddings));
  return frames;
}

// Of a source of images.
std::vector<Descriptor> read_images(const std::filesystem::path& folder, const std::string& name,
                                    const descriptor::ScoreNorm* norm) {
  std::vector<Descriptor> frames = read_hashes(folder / (name + ".txt"));
  if (norm != nullptr) {
    merge(frames, read_embeddings(folder / "embedding" / (name + ".bin"), frames, *norm));
  }
  return frames;
}

template <typename Read>
std::vector<Frames> read_folder(const std::filesystem::path& folder, Read read) {
  std::vector<Frames> all;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    if (item.path().extension() != ".txt") continue;
    const std::string name = item.path().stem().string();
    all.push_back({name, read(name)});
  }
  std::sort(all.begin(), all.end(),
            [](const Frames& a, const Frames& b) { return a.name < b.name; });
  return all;
}

}  // namespace

std::span<const std::size_t> numbers_of_views(DescriptorKind kind) {
  static constexpr std::array<std::size_t, 2> kNumbers = {1, 2};
  return std::span(kNumbers).first(kind == DescriptorKind::kPdq ? 2 : 1);
}

Corpus read_corpus(const std::filesystem::path& work, const descriptor::ScoreNorm* norm) {
  Corpus corpus;
  corpus.images = read_folder(work / "images", [&](const std::string& name) {
    return read_images(work / "images", name, norm);
  });
  corpus.clips = read_folder(work / "reference" / "full", [&](const std::string& name) {
    return read_views(work / "reference", name, norm);
  });
  std::ifstream list(work / "copies.csv");
  for (std::string line; std::getline(list, line);) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream fields(line);
    Copy copy;
    std::string speed, offset, kinds;
    std::getline(fields, copy.edit, ',');
    std::getline(fields, copy.clip, ',');
    std::getline(fields, speed, ',');
    std::getline(fields, offset, ',');
    std::getline(fields, kinds, ',');
    copy.hashes = kinds != "embedding";
    copy.embeddings = norm != nullptr && kinds != "pdq";
    copy.speed = std::stod(speed);
    copy.offset = std::stod(offset);
    copy.frames =
        read_views(work / "copies", copy.edit + "/" + copy.clip, copy.embeddings ? norm : nullptr);
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
  std::vector<Descriptor> whole;
  std::ranges::copy_if(frames.frames, std::back_inserter(whole),
                       [](const Descriptor& descriptor) { return descriptor.region == 0; });
  builder.add(whole);
  auto built = builder.finish(frames.frames.empty() ? MediaTime{} : frames.frames.back().time);
  timeline->entries = std::move(built.entries);
  timeline->duration = built.duration;
  return timeline;
}

Timelines timelines_of(const Corpus& corpus) {
  Timelines timelines;
  for (const Frames& clip : corpus.clips) timelines[clip.name] = timeline_of(clip);
  return timelines;
}

bool calibrates(const std::string& clip) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : clip) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return (hash ^ (hash >> 16)) % 2 == 0;
}

}  // namespace staydown::calibrate
