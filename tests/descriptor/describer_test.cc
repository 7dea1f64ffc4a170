#include "descriptor/describer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descriptor/pdq.h"
#include "descriptor/pictures.h"
#include "descriptor/views.h"
#include "support/fake_embedder.h"
#include "support/scene.h"

namespace staydown::descriptor {
namespace {

using support::FakeEmbedder;
using ::testing::ElementsAre;
using namespace std::chrono_literals;

MATCHER_P4(DescriptorOf, time, view, quality, value, "") {
  *result_listener << to_string(arg.time) << " " << name_of(arg.view) << " quality " << arg.quality;
  return arg.time == time && arg.view == view && arg.quality == quality &&
         arg.value == DescriptorValue(value);
}

// Soft, as what is photographed: the boxes of scenes would pass for pictures within the picture.
Image scene(std::uint64_t seed, MediaTime time, int width = 512, int height = 288) {
  return blurred(support::scene_luma(seed, time, width, height), 2);
}

Frame frame_of(MediaTime time, Image luma, Size source = {}) {
  Frame frame;
  frame.time = time;
  frame.source = source;
  frame.luma = std::move(luma);
  return frame;
}

PdqResult centre_of_frame(const Image& luma, const Box& picture, Size source = {}) {
  return pdq(crop(luma, centre_of(picture)), source);
}

Frame coloured_frame(MediaTime time, const support::PictureEdit& edit) {
  Frame frame = frame_of(time, Image());
  frame.rgb = edit(support::scene_rgb(4, time, 512, 288));
  frame.luma = support::luma_of(frame.rgb);
  return frame;
}

constexpr ViewPolicy kWithoutCentre{.centre = false};

TEST(Describer, GivesAPlainQueryFrameItsHashAndTheMirroredOne) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(1s, scene(1, 1s), {1280, 720}));
  frames.push_back(frame_of(2s, scene(1, 2s), {1280, 720}));
  const PdqResult first = pdq(frames[0].luma, {1280, 720}),
                  second = pdq(frames[1].luma, {1280, 720});
  const Box whole{0, 0, 512, 288};
  const PdqResult middle = centre_of_frame(frames[0].luma, whole, {900, 505}),
                  later = centre_of_frame(frames[1].luma, whole, {900, 505});

  EXPECT_THAT(Describer(kQueryViews).describe(frames).value(),
              ElementsAre(DescriptorOf(1s, View::kFull, first.quality, first.hash),
                          DescriptorOf(1s, View::kMirrored, first.quality, first.mirrored),
                          DescriptorOf(1s, View::kCentre, middle.quality, middle.hash),
                          DescriptorOf(1s, View::kCentreMirrored, middle.quality, middle.mirrored),
                          DescriptorOf(2s, View::kFull, second.quality, second.hash),
                          DescriptorOf(2s, View::kMirrored, second.quality, second.mirrored),
                          DescriptorOf(2s, View::kCentre, later.quality, later.hash),
                          DescriptorOf(2s, View::kCentreMirrored, later.quality, later.mirrored)));
}

TEST(Describer, AddsTheTrimmedPictureInItsShareOfTheSource) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(0s, support::letterboxed(0.25)(scene(1, 1s)), {1920, 1080}));
  const PdqResult full = pdq(frames[0].luma, {1920, 1080});
  const Box picture{0, 36, 512, 216};
  const PdqResult trimmed = pdq(crop(frames[0].luma, picture), {1920, 810});
  const PdqResult middle = centre_of_frame(frames[0].luma, picture, {1350, 570});

  EXPECT_THAT(Describer(kReferenceViews).describe(frames).value(),
              ElementsAre(DescriptorOf(0s, View::kFull, full.quality, full.hash),
                          DescriptorOf(0s, View::kTrimmed, trimmed.quality, trimmed.hash),
                          DescriptorOf(0s, View::kCentre, middle.quality, middle.hash)));
  EXPECT_THAT(
      Describer(kQueryViews).describe(frames).value(),
      ElementsAre(DescriptorOf(0s, View::kFull, full.quality, full.hash),
                  DescriptorOf(0s, View::kMirrored, full.quality, full.mirrored),
                  DescriptorOf(0s, View::kTrimmed, trimmed.quality, trimmed.hash),
                  DescriptorOf(0s, View::kTrimmedMirrored, trimmed.quality, trimmed.mirrored),
                  DescriptorOf(0s, View::kCentre, middle.quality, middle.hash),
                  DescriptorOf(0s, View::kCentreMirrored, middle.quality, middle.mirrored)));
}

TEST(Describer, AddsTheInnerPicture) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(0s, pasted(scene(1, 1s, 308, 172), scene(2, 1s), 150, 60)));
  const PdqResult full = pdq(frames[0].luma);
  const PdqResult inner = pdq(crop(frames[0].luma, {150, 60, 308, 172}));

  EXPECT_THAT(Describer(kWithoutCentre).describe(frames).value(),
              ElementsAre(DescriptorOf(0s, View::kFull, full.quality, full.hash),
                          DescriptorOf(0s, View::kMirrored, full.quality, full.mirrored),
                          DescriptorOf(0s, View::kInner, inner.quality, inner.hash),
                          DescriptorOf(0s, View::kInnerMirrored, inner.quality, inner.mirrored)));
}

TEST(Describer, LeavesOutAMirroredHashThatIsTheSame) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(0s, flat(512, 288, 0)));
  EXPECT_THAT(Describer(kWithoutCentre).describe(frames).value(),
              ElementsAre(DescriptorOf(0s, View::kFull, 0, pdq(frames[0].luma).hash)));
}

TEST(Describer, EmbedsEveryViewButTheMirroredOnesAndTheCentre) {
  std::vector<Frame> frames;
  frames.push_back(coloured_frame(1s, support::letterboxed(0.25)));
  frames.push_back(coloured_frame(2s, support::contrasted(1)));
  const Box box{0, 36, 512, 216};
  const PdqResult full = pdq(frames[0].luma), trimmed = pdq(crop(frames[0].luma, box));
  const PdqResult plain = pdq(frames[1].luma);

  const ViewPolicy views{.inner = false};
  const PdqResult middle = centre_of_frame(frames[0].luma, box),
                  later = centre_of_frame(frames[1].luma, {0, 0, 512, 288});
  const Describer describer(views, {std::make_shared<FakeEmbedder>(), nullptr});
  EXPECT_THAT(
      describer.describe(frames).value(),
      ElementsAre(DescriptorOf(1s, View::kFull, full.quality, full.hash),
                  DescriptorOf(1s, View::kFull, full.quality, FakeEmbedder::embed(frames[0].rgb)),
                  DescriptorOf(1s, View::kMirrored, full.quality, full.mirrored),
                  DescriptorOf(1s, View::kTrimmed, trimmed.quality, trimmed.hash),
                  DescriptorOf(1s, View::kTrimmed, trimmed.quality,
                               FakeEmbedder::embed(crop(frames[0].rgb, box))),
                  DescriptorOf(1s, View::kTrimmedMirrored, trimmed.quality, trimmed.mirrored),
                  DescriptorOf(1s, View::kCentre, middle.quality, middle.hash),
                  DescriptorOf(1s, View::kCentreMirrored, middle.quality, middle.mirrored),
                  DescriptorOf(2s, View::kFull, plain.quality, plain.hash),
                  DescriptorOf(2s, View::kFull, plain.quality, FakeEmbedder::embed(frames[1].rgb)),
                  DescriptorOf(2s, View::kMirrored, plain.quality, plain.mirrored),
                  DescriptorOf(2s, View::kCentre, later.quality, later.hash),
                  DescriptorOf(2s, View::kCentreMirrored, later.quality, later.mirrored)));
}

// The whole picture of what has bars is looked for in parts too; what remains without them is not.
TEST(Describer, EmbedsTheRegionsOfTheFullFrameOfQueries) {
  std::vector<Frame> frames;
  frames.push_back(coloured_frame(1s, support::letterboxed(0.25)));
  const auto embeddings = [&](const ViewPolicy& views) {
    const Describer describer(views, {std::make_shared<FakeEmbedder>(false, 3), nullptr});
    const auto described = describer.describe(frames).value();
    std::vector<std::pair<View, int>> found;
    for (const Descriptor& descriptor : described) {
      if (kind_of(descriptor.value) != DescriptorKind::kEmbedding) continue;
      EXPECT_FALSE(std::get<Embedding>(descriptor.value).empty());
      found.emplace_back(descriptor.view, descriptor.region);
    }
    return found;
  };
  EXPECT_THAT(embeddings(kQueryViews),
              ElementsAre(std::pair(View::kFull, 0), std::pair(View::kPart, 1),
                          std::pair(View::kPart, 2), std::pair(View::kTrimmed, 0)));
  EXPECT_THAT(embeddings(kReferenceViews),
              ElementsAre(std::pair(View::kFull, 0), std::pair(View::kTrimmed, 0)));
}

TEST(Describer, SaysHowCommonEachEmbeddingIs) {
  std::vector<Frame> frames;
  frames.push_back(coloured_frame(1s, support::contrasted(1)));
  const Embedding known = FakeEmbedder::embed(frames[0].rgb);
  const auto halves = known.halves();
  const auto norm = std::make_shared<const ScoreNorm>(
      std::vector<Half>(halves.begin(), halves.end()), known.size());
  const Describer describer(kReferenceViews, {std::make_shared<FakeEmbedder>(), norm});
  const auto described = describer.describe(frames).value();
  ASSERT_EQ(kind_of(described[1].value), DescriptorKind::kEmbedding);
  EXPECT_EQ(described[0].commonness, 0);
  EXPECT_EQ(described[1].commonness, norm->commonness(known));
  EXPECT_GT(described[1].commonness, 0);
}

TEST(Describer, GivesTheHashesAlone) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(0s, scene(1, 0s)));  // without colours
  const Describer describer(kQueryViews, {std::make_shared<FakeEmbedder>(), nullptr});
  EXPECT_TRUE(describer.colour());
  const auto hashes = describer.hashes(frames).value();
  EXPECT_EQ(hashes.size(), Describer(kQueryViews).describe(frames).value().size());
}

TEST(Describer, SaysThatAModelNeedsColour) {
  std::vector<Frame> frames;
  frames.push_back(frame_of(1500ms, scene(1, 1s)));
  const auto described =
      Describer(kQueryViews, {std::make_shared<FakeEmbedder>(), nullptr}).describe(frames);
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(described.error().message,
            "frame at 1.500s has no RGB picture, which mean-colour/1 needs; sample with rgb");
}

TEST(Describer, PassesOnWhatTheModelReports) {
  std::vector<Frame> frames;
  frames.push_back(coloured_frame(1s, support::contrasted(1)));
  const auto described =
      Describer(kQueryViews, {std::make_shared<FakeEmbedder>(true), nullptr}).describe(frames);
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().message, "mean-colour/1: device is gone");
}

TEST(Describer, DescribesNothingForNoFrames) {
  EXPECT_THAT(
      Describer(kQueryViews, {std::make_shared<FakeEmbedder>(), nullptr}).describe({}).value(),
      testing::IsEmpty());
}

}  // namespace
}  // namespace staydown::descriptor
