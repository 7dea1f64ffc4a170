// Prints what the views make of edited frames: one line per frame with the trimmed and the inner
// box and the distances of full, trimmed and inner view, as they are and mirrored, to the original
// frame's nearest hash (full or trimmed, as a reference has them), and the cost.
//   view_report EDITED.gray W H ORIGINAL.gray W H   (raw 8-bit grey video, same frames)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "descriptor/pdq.h"
#include "descriptor/views.h"

namespace {

using staydown::Frame;
using staydown::Image;
namespace descriptor = staydown::descriptor;

bool read(std::FILE* file, Image& image) {
  return std::fread(image.pixels.data(), 1, image.pixels.size(), file) == image.pixels.size();
}

template <typename Find>
std::optional<descriptor::Box> timed(Find find, const Frame& frame, double& micros) {
  const auto start = std::chrono::steady_clock::now();
  const auto box = find(frame);
  micros =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  return box;
}

// What a reference has of a frame.
struct Original {
  staydown::PdqHash full, trimmed;

  explicit Original(const Frame& frame) : full(descriptor::pdq(frame.luma).hash), trimmed(full) {
    const auto box = descriptor::find_trimmed(frame);
    if (box) trimmed = descriptor::pdq(descriptor::crop(frame.luma, *box)).hash;
  }
  int distance_to(const staydown::PdqHash& hash) const {
    return std::min(staydown::distance(hash, full), staydown::distance(hash, trimmed));
  }
};

void print(const char* name, const std::optional<descriptor::Box>& box, const Frame& frame,
           const Original& original, double micros) {
  if (!box) {
    std::printf(" %s - - - - -1 -1 %.0f", name, micros);
    return;
  }
  const auto view = descriptor::pdq(descriptor::crop(frame.luma, *box));
  std::printf(" %s %d %d %d %d %d %d %.0f", name, box->x, box->y, box->width, box->height,
              original.distance_to(view.hash), original.distance_to(view.mirrored), micros);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: view_report EDITED.gray W H ORIGINAL.gray W H\n");
    return 2;
  }
  std::FILE* edited = std::fopen(argv[1], "rb");
  std::FILE* original = std::fopen(argv[4], "rb");
  if (edited == nullptr || original == nullptr) return 1;
  Frame frame;
  frame.luma = Image(std::atoi(argv[2]), std::atoi(argv[3]), 1);
  Frame plain;
  plain.luma = Image(std::atoi(argv[5]), std::atoi(argv[6]), 1);
  for (int i = 0; read(edited, frame.luma) && read(original, plain.luma); ++i) {
    const Original expected(plain);
    const auto full = descriptor::pdq(frame.luma);
    std::printf("%d quality %d full %d", i, descriptor::pdq(plain.luma).quality,
                expected.distance_to(full.hash));
    double micros = 0;
    const auto trimmed = timed(descriptor::find_trimmed, frame, micros);
    print("trimmed", trimmed, frame, expected, micros);
    const auto inner = timed(descriptor::find_inner, frame, micros);
    print("inner", inner, frame, expected, micros);
    std::printf("\n");
  }
}
