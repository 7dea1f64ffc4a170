#include "footage.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace staydown::bench {

Segment Footage::segment(const StreamId& stream, std::size_t number) const {
  Segment segment = segments[number % segments.size()];
  segment.stream = stream;
  segment.sequence = static_cast<std::int64_t>(number);
  segment.start = segment.duration * segment.sequence;
  return segment;
}

Footage load_footage(const std::filesystem::path& folder, MediaTime length) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  if (paths.empty()) throw std::runtime_error(folder.string() + ": no segments; run run.py");
  std::ranges::sort(paths);

  Footage footage{.name = folder.filename().string(), .segments = {}, .duration = {}};
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    Segment segment;
    segment.bytes.assign(std::istreambuf_iterator<char>(file), {});
    segment.sequence = static_cast<std::int64_t>(footage.segments.size());
    segment.start = footage.duration;
    segment.duration = length;
    footage.duration += length;
    footage.segments.push_back(std::move(segment));
  }
  return footage;
}

}  // namespace staydown::bench
