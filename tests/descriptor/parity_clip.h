// The clip whose public hashes are in tests/descriptor/parity_hashes.txt.
//
// That file was made by the public implementation, PyPI vpdq 0.2.5:
//   build/dev/tests/descriptor/write_parity_clip clip.mp4
//   python3 -c "import vpdq; [print(f'{h.frame_number},{h.quality},{h.hex},{h.timestamp:.3f}')
//               for h in vpdq.computeHash('clip.mp4', seconds_per_hash=0)]" > parity_hashes.txt
#pragma once

#include "support/synthetic_video.h"

namespace staydown::descriptor {

// Grey: the public implementation goes through RGB, where colours as saturated as these are
// clipped.
inline support::VideoSpec parity_clip() {
  using namespace std::chrono_literals;
  return {.parts = {{.seed = 3, .duration = 4s, .edit = support::grey()},
                    {.seed = 9, .from = 20s, .duration = 4s, .speed = 0.5, .edit = support::grey()},
                    {.seed = 12,
                     .duration = 2s,
                     .edit = support::combined(support::grey(), support::letterboxed(0.2))}},
          .width = 1280,
          .height = 720,
          .fps = 4,
          .container = support::Container::kMp4,
          .gop = 4};
}

}  // namespace staydown::descriptor
