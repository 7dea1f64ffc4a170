// PDQ hashes of real frames and of the same frames after edits, for bench_index.
//
//   frame_hashes FOLDER... > hashes.txt
//
// A line holds one frame: quality and hash of the original, then the hash after each edit.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "descriptor/pdq.h"
#include "edited_frames.h"

int main(int argc, char** argv) {
  const std::vector<std::string> folders(argv + 1, argv + argc);
  staydown::bench::for_each_frame(folders, 1, [](const auto& pictures) {
    std::string line;
    for (const staydown::Image& picture : pictures) {
      const auto result = staydown::descriptor::pdq(picture);
      if (line.empty()) line = fmt::format("{}", result.quality);
      line += ' ' + staydown::descriptor::to_hex(result.hash);
    }
    fmt::print("{}\n", line);
  });
}
