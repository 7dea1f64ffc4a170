// Learned descriptors of real frames and of the same frames after edits, for bench_embeddings.
//
//   frame_embeddings MANIFEST FOLDER... > vectors.txt
//
// A line holds one picture's vector of the whole frame: the original's, then that of each edit; an
// empty line ends a frame.
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "edited_frames.h"
#include "embedding/openvino_embedder.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    fmt::print(stderr, "usage: frame_embeddings MANIFEST FOLDER...\n");
    return 2;
  }
  const auto embedder = staydown::embedding::OpenVinoEmbedder::open(arguments[0], {});
  if (!embedder) {
    fmt::print(stderr, "frame_embeddings: {}\n", embedder.error().message);
    return EXIT_FAILURE;
  }
  staydown::bench::for_each_frame(std::span(arguments).subspan(1), 3, [&](const auto& pictures) {
    std::vector<const staydown::Image*> images;
    for (const auto& picture : pictures) images.push_back(&picture);
    const auto vectors = (*embedder)->embed(images).value();
    for (const auto& regions : vectors) {
      fmt::print("{:.5f}\n", fmt::join(regions.front().floats(), " "));
    }
    fmt::print("\n");
  });
  return EXIT_SUCCESS;
}
