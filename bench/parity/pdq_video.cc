// Prints `frame,quality,hash,timestamp` for frames of a video, decoded and scaled as references
// are: every frame, or at most one per step; of the whole picture, or of its middle.
//   pdq_video VIDEO [STEP_IN_MILLISECONDS [full|centre]]
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "descriptor/pdq.h"
#include "descriptor/views.h"
#include "media/reference_reader.h"

namespace {

staydown::descriptor::PdqResult hashed(const staydown::Frame& frame, bool centre) {
  using namespace staydown::descriptor;
  if (!centre) return pdq(frame.luma, frame.source);
  const Box box = centre_of({0, 0, frame.luma.width, frame.luma.height});
  return pdq(crop(frame.luma, box), part_of(frame.source, frame.luma, box));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view view = argc > 3 ? argv[3] : "full";
  const int step = argc > 2 ? std::atoi(argv[2]) : 1;
  if (argc < 2 || argc > 4 || step < 1 || (view != "full" && view != "centre")) {
    std::fprintf(stderr, "usage: pdq_video VIDEO [STEP_IN_MILLISECONDS [full|centre]]\n");
    return 2;
  }
  auto reader = staydown::media::ReferenceReader::open(
      argv[1],
      {.pass = staydown::media::ReferencePass::kFull, .step = std::chrono::milliseconds(step)});
  if (!reader) {
    std::fprintf(stderr, "pdq_video: %s\n", reader.error().message.c_str());
    return 1;
  }
  for (int number = 0;; ++number) {
    const auto frame = reader->next();
    if (!frame) {
      std::fprintf(stderr, "pdq_video: %s\n", frame.error().message.c_str());
      return 1;
    }
    if (!*frame) return 0;
    const auto result = hashed(**frame, view == "centre");
    std::printf("%d,%d,%s,%.3f\n", number, result.quality,
                staydown::descriptor::to_hex(result.hash).c_str(),
                staydown::seconds((*frame)->time));
  }
}
