// References and scans with a learned model beside the hashes, as a person types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/child_process.h"
#include "support/learned_model.h"
#include "support/synthetic_video.h"
#include "support/test_folder.h"

namespace staydown::cli {
namespace {

using namespace std::chrono_literals;
using support::Finished;
using testing::HasSubstr;
using Json = nlohmann::json;

class LearnedModel : public testing::Test {
 protected:
  LearnedModel() {
    manifest_ = support::write_learned_model(folder_.path());
    support::encode_to_file(
        {.parts = {{.seed = 1, .duration = 8s}}, .container = support::Container::kMp4},
        folder_ / "attack.mp4");
  }

  Finished staydown(std::vector<std::string> arguments) const {
    std::vector<std::string> words{"env", "-C", folder_.path(), "STAYDOWN_BANK=bank.db",
                                   STAYDOWN_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return support::run(words);
  }

  const support::TestFolder folder_;
  std::string manifest_;
};

TEST_F(LearnedModel, DescribesReferencesAndStreamsAndIsNamedInEvents) {
  const auto added = staydown({"reference", "add", "attack.mp4", "--model", manifest_});
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(staydown({"reference", "show", "attack"}).out, HasSubstr("mean-colour/1/f32"));

  const auto scanned = staydown({"scan", "attack.mp4", "--model", manifest_});
  ASSERT_EQ(scanned.status, 3) << scanned.err;
  const auto event = Json::parse(scanned.out.substr(0, scanned.out.find('\n')));
  EXPECT_EQ(event["data"]["versions"]["model"], "pdq-1+mean-colour/1");
  EXPECT_EQ(event["data"]["versions"]["precision"], "f32");
  EXPECT_EQ(event["data"]["versions"]["calibration"], "both");
}

// What was added with hashes only is found by them, and described again when somebody asks.
TEST_F(LearnedModel, ReachesReferencesThatWereAddedWithoutIt) {
  ASSERT_EQ(staydown({"reference", "add", "attack.mp4", "--model", "none"}).status, 0);
  EXPECT_EQ(staydown({"scan", "attack.mp4", "--model", manifest_}).status, 3);

  ASSERT_EQ(staydown({"reference", "export", "attack", "--output", "list.txt"}).status, 0);
  ASSERT_EQ(staydown({"reference", "import", "list.txt", "--id", "hashes", "--force"}).status, 0);
  const auto reembedded = staydown({"reference", "reembed", "--model", manifest_});
  EXPECT_EQ(reembedded.status, 0) << reembedded.err;
  EXPECT_THAT(reembedded.out, HasSubstr("attack: generation 3 with "));
  EXPECT_THAT(reembedded.out,
              HasSubstr("hashes: not described again: came as a hash list; it keeps its hashes\n"));
  EXPECT_THAT(staydown({"reference", "show", "attack"}).out, HasSubstr("mean-colour/1/f32"));
  EXPECT_EQ(staydown({"scan", "attack.mp4", "--model", manifest_}).status, 3);

  EXPECT_EQ(staydown({"reference", "reembed", "attack", "--model", manifest_}).out,
            "attack: has mean-colour/1/f32 already\n");
}

TEST_F(LearnedModel, NamesTheReferencesWhoseVideoIsGone) {
  ASSERT_EQ(staydown({"reference", "add", "attack.mp4", "--model", "none"}).status, 0);
  std::filesystem::remove(folder_ / "attack.mp4");
  const auto reembedded = staydown({"reference", "reembed", "--model", manifest_});
  EXPECT_EQ(reembedded.status, 1);
  EXPECT_EQ(reembedded.out, "attack: not described again: its video " + folder_ / "attack.mp4" +
                                " is gone; put it back and repeat\n");
}

TEST_F(LearnedModel, IsAskedForWhenThereIsNone) {
  ASSERT_EQ(staydown({"reference", "add", "attack.mp4", "--model", "none"}).status, 0);
  const auto reembedded = staydown({"reference", "reembed", "--model", "none"});
  EXPECT_EQ(reembedded.status, 1);
  EXPECT_EQ(reembedded.err,
            "staydown: reembed: no learned model is configured; name one with --model\n");
}

}  // namespace
}  // namespace staydown::cli
