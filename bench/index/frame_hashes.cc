// PDQ hashes of real frames and of the same frames after edits, for bench_index.
//
//   frame_hashes FOLDER... > hashes.txt
//
// Takes every image and, at one frame a second, every video below the folders. A line holds one
// frame: quality and hash of the original, then the hash after each edit. Frames go through the
// ffmpeg program, at 192 x 192.
#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "descriptor/pdq.h"

namespace {

namespace fs = std::filesystem;
using staydown::Image;

constexpr int kSide = 192;
constexpr std::array kEdits = {
    "null",
    "scale=64:64:flags=area,scale=192:192:flags=bilinear",
    "eq=brightness=0.15",
    "eq=contrast=1.5",
    "eq=gamma=0.6",
    "noise=alls=30",
    "gblur=sigma=2.5",
    "drawbox=x=142:y=10:w=40:h=24:color=white:t=fill",
    "drawbox=x=0:y=168:w=192:h=24:color=black:t=fill",
    "crop=184:184,scale=192:192:flags=bilinear",
    "rotate=0.04",
};

std::string filter_graph(const std::string& first) {
  std::string split, edits, stack;
  for (std::size_t i = 0; i < kEdits.size(); ++i) {
    split += fmt::format("[s{}]", i);
    edits += fmt::format("[s{}]{},format=gray[e{}];", i, kEdits[i], i);
    stack += fmt::format("[e{}]", i);
  }
  return fmt::format("{}scale={}:{}:flags=area,format=yuv420p,split={}{};{}{}vstack=inputs={}",
                     first, kSide, kSide, kEdits.size(), split, edits, stack, kEdits.size());
}

void hash_frames(const std::string& input, const std::string& filter) {
  const std::string command = fmt::format(
      "ffmpeg -nostdin -v fatal {} -filter_complex '{}' -fps_mode passthrough -f rawvideo "
      "-pix_fmt gray -",
      input, filter);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  Image image(kSide, kSide, 1);
  std::string line;
  for (std::size_t edit = 0;
       fread(image.pixels.data(), 1, image.pixels.size(), pipe.get()) == image.pixels.size();
       edit = (edit + 1) % kEdits.size()) {
    const auto result = staydown::descriptor::pdq(image);
    if (edit == 0) line = fmt::format("{}", result.quality);
    line += ' ' + staydown::descriptor::to_hex(result.hash);
    if (edit + 1 == kEdits.size()) fmt::print("{}\n", line);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::set<std::string> videos{".mp4", ".webm", ".mkv", ".ts", ".mov"};
  const std::set<std::string> images{".webp", ".jpg", ".jpeg", ".png"};
  std::map<std::string, std::vector<std::string>> files;  // by extension
  for (int i = 1; i < argc; ++i) {
    for (const auto& file : fs::recursive_directory_iterator(argv[i])) {
      files[file.path().extension()].push_back(fs::absolute(file.path()));
    }
  }
  for (const auto& [extension, paths] : files) {
    if (videos.contains(extension)) {
      for (const auto& path : paths) {
        hash_frames(fmt::format("-i '{}'", path), filter_graph("fps=1,"));
      }
    } else if (images.contains(extension)) {
      const fs::path list = fs::temp_directory_path() / "staydown_frame_hashes.txt";
      std::ofstream lines(list);
      for (const auto& path : paths) lines << "file '" << path << "'\n";
      lines.close();
      hash_frames(fmt::format("-f concat -safe 0 -i '{}'", list.string()), filter_graph(""));
      fs::remove(list);
    }
  }
  return EXIT_SUCCESS;
}
