// Prints what the views make of edited frames: one line per frame with the trimmed and the inner
// box and the distances of full, trimmed and inner view to the original frame's hash, and the cost.
//   view_report EDITED.gray W H ORIGINAL.gray W H   (raw 8-bit grey video, same frames)
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

void print(const char* name, const std::optional<descriptor::Box>& box, const Frame& frame,
           const staydown::PdqHash& original, double micros) {
  if (!box) {
    std::printf(" %s - - - - -1 -1 %.0f", name, micros);
    return;
  }
  const auto view = descriptor::pdq(descriptor::crop(frame.luma, *box));
  std::printf(" %s %d %d %d %d %d %d %.0f", name, box->x, box->y, box->width, box->height,
              staydown::distance(view.hash, original), staydown::distance(view.mirrored, original),
              micros);
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
  Image plain(std::atoi(argv[5]), std::atoi(argv[6]), 1);
  for (int i = 0; read(edited, frame.luma) && read(original, plain); ++i) {
    const auto expected = descriptor::pdq(plain);
    const auto full = descriptor::pdq(frame.luma);
    std::printf("%d quality %d full %d", i, expected.quality,
                staydown::distance(expected.hash, full.hash));
    double micros = 0;
    const auto trimmed = timed(descriptor::find_trimmed, frame, micros);
    print("trimmed", trimmed, frame, expected.hash, micros);
    const auto inner = timed(descriptor::find_inner, frame, micros);
    print("inner", inner, frame, expected.hash, micros);
    std::printf("\n");
  }
}
