#include "edited_frames.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

namespace staydown::bench {
namespace {

namespace fs = std::filesystem;

using Use = std::function<void(const std::vector<Image>&)>;

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

std::string filter_graph(const std::string& first, const char* format) {
  std::string split, edits, stack;
  for (std::size_t i = 0; i < kEdits.size(); ++i) {
    split += fmt::format("[s{}]", i);
    edits += fmt::format("[s{}]{},format={}[e{}];", i, kEdits[i], format, i);
    stack += fmt::format("[e{}]", i);
  }
  return fmt::format("{}scale={}:{}:flags=area,format=yuv420p,split={}{};{}{}vstack=inputs={}",
                     first, kSide, kSide, kEdits.size(), split, edits, stack, kEdits.size());
}

void read(const std::string& input, const std::string& filter, const char* format, int channels,
          const Use& use) {
  const std::string command = fmt::format(
      "ffmpeg -nostdin -v fatal {} -filter_complex '{}' -fps_mode passthrough -f rawvideo "
      "-pix_fmt {} -",
      input, filter, format);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < kEdits.size(); ++i) pictures.emplace_back(kSide, kSide, channels);
  const auto whole = [&](Image& picture) {
    return fread(picture.pixels.data(), 1, picture.pixels.size(), pipe.get()) ==
           picture.pixels.size();
  };
  while (std::all_of(pictures.begin(), pictures.end(), whole)) use(pictures);
}

}  // namespace

void for_each_frame(std::span<const std::string> folders, int channels, const Use& use) {
  const char* format = channels == 1 ? "gray" : "rgb24";
  const std::set<std::string> videos{".mp4", ".webm", ".mkv", ".ts", ".mov"};
  const std::set<std::string> images{".webp", ".jpg", ".jpeg", ".png"};
  std::map<std::string, std::vector<std::string>> files;  // by extension
  for (const std::string& folder : folders) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      files[file.path().extension()].push_back(fs::absolute(file.path()));
    }
  }
  for (const auto& [extension, paths] : files) {
    if (videos.contains(extension)) {
      for (const auto& path : paths) {
        read(fmt::format("-i '{}'", path), filter_graph("fps=1,", format), format, channels, use);
      }
    } else if (images.contains(extension)) {
      const fs::path list =
          fs::temp_directory_path() / fmt::format("staydown-frames-{}.txt", getpid());
      std::ofstream lines(list);
      for (const auto& path : paths) lines << "file '" << path << "'\n";
      lines.close();
      read(fmt::format("-f concat -safe 0 -i '{}'", list.string()), filter_graph("", format),
           format, channels, use);
      fs::remove(list);
    }
  }
}

}  // namespace staydown::bench
