// Prints `frame,quality,hash,timestamp` for every frame of a video, decoded and scaled as
// references are.
//   pdq_video clip.mp4
#include <cstdio>

#include "descriptor/pdq.h"
#include "media/reference_reader.h"

int main(int argc, char** argv) {
  using staydown::media::ReferencePass;
  using staydown::media::ReferenceReader;
  if (argc != 2) {
    std::fprintf(stderr, "usage: pdq_video VIDEO\n");
    return 2;
  }
  auto reader = ReferenceReader::open(
      argv[1], {.pass = ReferencePass::kFull, .step = std::chrono::milliseconds(1)});
  if (!reader) {
    std::fprintf(stderr, "%s\n", reader.error().message.c_str());
    return 1;
  }
  for (int number = 0;; ++number) {
    const auto frame = reader->next();
    if (!frame) {
      std::fprintf(stderr, "%s\n", frame.error().message.c_str());
      return 1;
    }
    if (!*frame) return 0;
    const auto result = staydown::descriptor::pdq((*frame)->luma, (*frame)->source);
    std::printf("%d,%d,%s,%.3f\n", number, result.quality,
                staydown::descriptor::to_hex(result.hash).c_str(),
                staydown::seconds((*frame)->time));
  }
}
