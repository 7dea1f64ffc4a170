#include "support/scene.h"

#include <gmock/gmock.h>

#include <vector>

#include "descriptor/pdq.h"

namespace staydown::support {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Ge;
using testing::Gt;

// What other tests build on: a scene is easy to recognise, and hard to confuse with another one or
// with itself a second later.
TEST(Scene, IsDescribedWellAndUnlikeEveryOtherMoment) {
  std::vector<PdqHash> hashes;
  std::vector<int> qualities, distances;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (MediaTime time = 0s; time < 20s; time += 1s) {
      const auto described = descriptor::pdq(scene_frame(seed, time).luma);
      qualities.push_back(described.quality);
      for (const auto& other : hashes) distances.push_back(distance(described.hash, other));
      hashes.push_back(described.hash);
    }
  }
  EXPECT_THAT(qualities, Each(Ge(80)));
  EXPECT_THAT(distances, Each(Gt(60)));
}

TEST(Scene, IsTheSameAtEverySize) {
  const auto large = descriptor::pdq(scene_luma(5, 3s, 1280, 720)).hash;
  const auto small = descriptor::pdq(scene_luma(5, 3s, 320, 180)).hash;
  EXPECT_LE(distance(large, small), 16);  // PDQ calls 31 the same picture
}

TEST(PictureEdit, KeepsTheSize) {
  const Image image = scene_rgb(1, 0s, 100, 60);
  for (const auto& edit :
       {mirrored(), grey(), brightened(20), contrasted(0.5), letterboxed(0.25), pillarboxed(0.25),
        with_logo(0.1), with_banner(0.1), cropped(0.1, 0.1, 0.8, 0.8), inside(2, 0.6, 0.2, 0.3)}) {
    const Image edited = edit(image);
    EXPECT_EQ(edited.width, 100);
    EXPECT_EQ(edited.height, 60);
    EXPECT_GT(mean_difference(edited, image), 0);
  }
}

TEST(PictureEdit, MirroredTwiceIsTheOriginal) {
  const Image image = scene_rgb(1, 0s, 101, 60);
  EXPECT_EQ(mean_difference(combined(mirrored(), mirrored())(image), image), 0);
}

}  // namespace
}  // namespace staydown::support
