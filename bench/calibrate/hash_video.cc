// Prints `frame,quality,hash,timestamp` for frames of a video at most one per step, read as the
// bank reads references.
//   hash_video clip.mp4 250
#include <cstdio>
#include <cstdlib>

#include "descriptor/pdq.h"
#include "media/reference_reader.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: hash_video FILE STEP_IN_MILLISECONDS\n");
    return 2;
  }
  staydown::media::ReferenceReadOptions options;
  options.pass = staydown::media::ReferencePass::kFull;
  options.step = std::chrono::milliseconds(std::atoi(argv[2]));
  auto reader = staydown::media::ReferenceReader::open(argv[1], options);
  if (!reader) {
    std::fprintf(stderr, "hash_video: %s\n", reader.error().message.c_str());
    return 1;
  }
  for (int number = 0;; ++number) {
    const auto frame = reader->next();
    if (!frame) {
      std::fprintf(stderr, "hash_video: %s\n", frame.error().message.c_str());
      return 1;
    }
    if (!*frame) return 0;
    const auto result = staydown::descriptor::pdq((*frame)->luma, (*frame)->source);
    std::printf("%d,%d,%s,%.3f\n", number, result.quality,
                staydown::descriptor::to_hex(result.hash).c_str(),
                staydown::seconds((*frame)->time));
  }
}
