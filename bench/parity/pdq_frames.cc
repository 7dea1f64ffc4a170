// Prints `frame,quality,hash,timestamp` for every frame of raw 8-bit grey video on standard input.
//   ffmpeg -i clip.mp4 -vf scale=512:288:flags=area -pix_fmt gray -f rawvideo - | pdq_frames 512
//   288 1920 1080 30
#include <cstdio>
#include <cstdlib>

#include "descriptor/pdq.h"

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(
        stderr,
        "usage: pdq_frames WIDTH HEIGHT SOURCE_WIDTH SOURCE_HEIGHT FRAMES_PER_SECOND < grey.raw\n");
    return 2;
  }
  staydown::Image luma(std::atoi(argv[1]), std::atoi(argv[2]), 1);
  const staydown::Size source{std::atoi(argv[3]), std::atoi(argv[4])};
  const double rate = std::atof(argv[5]);
  for (int frame = 0;
       std::fread(luma.pixels.data(), 1, luma.pixels.size(), stdin) == luma.pixels.size();
       ++frame) {
    const auto result = staydown::descriptor::pdq(luma, source);
    std::printf("%d,%d,%s,%.3f\n", frame, result.quality,
                staydown::descriptor::to_hex(result.hash).c_str(), frame / rate);
  }
}
