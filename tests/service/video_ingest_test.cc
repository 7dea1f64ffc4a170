#include "service/video_ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "reference/bank_fixture.h"
#include "support/fake_embedder.h"
#include "support/synthetic_video.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using media::ReferencePass;
using reference::kNoon;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class VideoIngestTest : public reference::BankTest {
 protected:
  // A keyframe each second.
  std::string video(const std::string& name, const support::Part& part) const {
    support::encode_to_file({.parts = {part}, .container = support::Container::kMp4}, path(name));
    return path(name);
  }

  static IngestRequest request(const std::string& id) {
    return {.info = {.id = ReferenceId(id), .label = {}, .grounds = {}},
            .actor = "ana",
            .force = false,
            .clock = [] { return kNoon; }};
  }

  static std::vector<MediaTime> times_of(const ReferenceTimeline& timeline) {
    std::vector<MediaTime> times;
    for (const auto& entry : timeline.entries) {
      if (entry.view == View::kFull) times.push_back(entry.time);
    }
    return times;
  }

  descriptor::Describer describer_{descriptor::kReferenceViews};
  std::stop_source stop_;
};

// Embeddings are made of what is kept only, and lie beside its hashes.
TEST_F(VideoIngestTest, KeepsTheEmbeddingsOfALearnedModel) {
  auto bank = reference::ReferenceBank::open(
      path("both.db"),
      {.access = reference::BankAccess::kCreate, .embedding_model = "mean-colour/1/f32"});
  ASSERT_TRUE(bank) << bank.error().message;
  const auto file = video("attack.mp4", {.seed = 1, .duration = 4s});
  const descriptor::Describer describer(
      descriptor::kReferenceViews, {std::make_shared<support::FakeEmbedder>(false, 3), nullptr});
  auto ingest = VideoIngest::open(*bank, describer, {file}, request("attack"));
  ASSERT_TRUE(ingest) << ingest.error().message;
  for (const auto pass : {ReferencePass::kKeyframes, ReferencePass::kFull}) {
    const auto ingested = ingest->run(pass, nullptr, stop_.get_token());
    ASSERT_TRUE(ingested && *ingested) << ingested.error().message;
    const auto timeline = bank->load(ReferenceId("attack"));
    ASSERT_TRUE(timeline) << timeline.error().message;
    std::set<MediaTime> hashed, embedded;
    for (const auto& entry : (*timeline)->entries) {
      if (entry.view != View::kFull) continue;
      (kind_of(entry.value) == DescriptorKind::kPdq ? hashed : embedded).insert(entry.time);
    }
    EXPECT_GE(embedded.size(), 4U);
    EXPECT_EQ(embedded, hashed);
  }
}

TEST_F(VideoIngestTest, EachPassBecomesTheNextGenerationOfTheSameReference) {
  auto bank = open();
  const auto file = video("attack.mp4", {.seed = 1, .duration = 4s});
  auto ingest = VideoIngest::open(bank, describer_, {file}, request("attack"));
  ASSERT_TRUE(ingest) << ingest.error().message;
  std::vector<std::pair<MediaTime, MediaTime>> shown;
  const auto show = [&](MediaTime done, MediaTime whole) { shown.emplace_back(done, whole); };

  const auto first = ingest->run(ReferencePass::kKeyframes, show, stop_.get_token());
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->generation, 1U);
  EXPECT_THAT(shown, ElementsAre(std::pair(MediaTime(0s), MediaTime(4s)),
                                 std::pair(MediaTime(1s), MediaTime(4s)),
                                 std::pair(MediaTime(2s), MediaTime(4s)),
                                 std::pair(MediaTime(3s), MediaTime(4s))));
  EXPECT_THAT(times_of(**bank.load(ReferenceId("attack"))),
              ElementsAre(MediaTime(0s), MediaTime(1s), MediaTime(2s), MediaTime(3s)));

  const auto second = ingest->run(ReferencePass::kFull, nullptr, stop_.get_token());
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->generation, 2U);
  EXPECT_EQ((*second)->frames, 100U);
  EXPECT_EQ((*second)->duration, MediaTime(4s));
  const auto record = bank.find(ReferenceId("attack"));
  ASSERT_TRUE(record && record->file);
  EXPECT_EQ(record->generation, 2U);
  EXPECT_EQ(record->duration, MediaTime(4s));
  EXPECT_EQ(record->file->path, std::filesystem::canonical(file).string());
}

TEST_F(VideoIngestTest, TakesAPartAtTheTimesOfTheWholeFile) {
  auto bank = open();
  const auto file = video("news.mp4", {.seed = 1, .duration = 6s});
  auto ingest = VideoIngest::open(bank, describer_, {file, Interval{2s, 4500ms}}, request("part"));
  ASSERT_TRUE(ingest) << ingest.error().message;
  ASSERT_TRUE(ingest->run(ReferencePass::kKeyframes, nullptr, stop_.get_token()));
  const auto timeline = *bank.load(ReferenceId("part"));
  EXPECT_THAT(times_of(*timeline), ElementsAre(MediaTime(2s), MediaTime(3s), MediaTime(4s)));
  EXPECT_EQ(timeline->duration, MediaTime(4500ms));
  EXPECT_EQ(bank.find(ReferenceId("part"))->file->interval, (Interval{2s, 4500ms}));
}

TEST_F(VideoIngestTest, AnIntervalWithoutAKeyframeNeedsTheFullPass) {
  auto bank = open();
  const auto file = video("news.mp4", {.seed = 1, .duration = 4s});
  auto ingest =
      VideoIngest::open(bank, describer_, {file, Interval{1100ms, 1900ms}}, request("part"));
  ASSERT_TRUE(ingest) << ingest.error().message;
  const auto keyframes = ingest->run(ReferencePass::kKeyframes, nullptr, stop_.get_token());
  EXPECT_THAT(keyframes.error(), IsError(ErrorCode::kNoKeyframe, "no keyframe lies in"));
  const auto full = ingest->run(ReferencePass::kFull, nullptr, stop_.get_token());
  ASSERT_TRUE(full && *full);
  EXPECT_EQ((*full)->generation, 1U);
}

TEST_F(VideoIngestTest, AStopCommitsNothing) {
  auto bank = open();
  const auto file = video("attack.mp4", {.seed = 1, .duration = 4s});
  auto ingest = VideoIngest::open(bank, describer_, {file}, request("attack"));
  ASSERT_TRUE(ingest) << ingest.error().message;
  const auto stop_soon = [&](MediaTime done, MediaTime) {
    if (done >= 2s) stop_.request_stop();
  };
  const auto stopped = ingest->run(ReferencePass::kKeyframes, stop_soon, stop_.get_token());
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(stopped->has_value());
  EXPECT_THAT(*bank.list(), IsEmpty());
}

TEST_F(VideoIngestTest, AWriterInBetweenIsNeverOverwritten) {
  auto bank = open();
  const auto file = video("attack.mp4", {.seed = 1, .duration = 4s});
  auto ours = VideoIngest::open(bank, describer_, {file}, request("attack"));
  auto theirs = VideoIngest::open(bank, describer_, {file}, request("attack"));
  ASSERT_TRUE(ours && theirs);
  ASSERT_TRUE(theirs->run(ReferencePass::kKeyframes, nullptr, stop_.get_token()));
  EXPECT_THAT(ours->run(ReferencePass::kKeyframes, nullptr, stop_.get_token()).error(),
              IsError(ErrorCode::kAlreadyExists, "already has a reference attack"));
  ASSERT_TRUE(bank.remove(ReferenceId("attack"), reference::by("ben")));
  EXPECT_THAT(theirs->run(ReferencePass::kFull, nullptr, stop_.get_token()).error(),
              IsError(ErrorCode::kNotFound, "has no reference attack"));
}

TEST_F(VideoIngestTest, ACopyOfAReferenceIsKnownButItsOtherGenerationsAreNot) {
  auto bank = open();
  const auto file = video("attack.mp4", {.seed = 1, .duration = 4s});
  const auto copy = video("copy.mp4", {.seed = 1, .duration = 4s, .edit = support::brightened(20)});
  auto ingest = VideoIngest::open(bank, describer_, {file}, request("attack"));
  ASSERT_TRUE(ingest);
  ASSERT_TRUE(ingest->run(ReferencePass::kKeyframes, nullptr, stop_.get_token()));
  const auto full = ingest->run(ReferencePass::kFull, nullptr, stop_.get_token());
  ASSERT_TRUE(full && *full);
  EXPECT_EQ(reference::describe((*full)->composition), "nothing is generic");

  auto again = VideoIngest::open(bank, describer_, {copy}, request("copy"));
  ASSERT_TRUE(again);
  EXPECT_THAT(again->run(ReferencePass::kKeyframes, nullptr, stop_.get_token()).error(),
              IsError(ErrorCode::kTooGeneric, "100 % also in attack, so the bank has most of it"));
  EXPECT_THAT(*bank.list(), SizeIs(1));
}

}  // namespace
}  // namespace staydown::service
