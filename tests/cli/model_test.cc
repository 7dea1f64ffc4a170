// `staydown model`, as a person types it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child_process.h"

namespace staydown::cli {
namespace {

using support::Finished;
using testing::MatchesRegex;

Finished check(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{STAYDOWN_BINARY, "model", "check"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return support::run(words);
}

TEST(ModelCommand, SaysWhatAModelIsAndCosts) {
  const auto finished = check({STAYDOWN_TEST_MODELS "/mean-colour.json", "--precision", "f32"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out,
              MatchesRegex("mean-colour/1: ok\n"
                           "input:     6x4 pixels\n"
                           "output:    2 vectors of 3 numbers\n"
                           "precision: f32\n"
                           "cost:      [0-9.]+ ms a frame on one thread, 8 frames at a time\n"));
}

TEST(ModelCommand, SaysWhyAModelCannotBeUsed) {
  const auto finished = check({"/nowhere/manifest.json"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(finished.err,
            "staydown: model manifest /nowhere/manifest.json: No such file or directory\n");
}

TEST(ModelCommand, KnowsThreePrecisions) {
  EXPECT_EQ(check({STAYDOWN_TEST_MODELS "/mean-colour.json", "--precision", "i4"}).status, 2);
  const auto finished = check({STAYDOWN_TEST_MODELS "/mean-colour.json", "--precision", "mixed"});
  EXPECT_EQ(finished.status, 1);
  EXPECT_THAT(finished.err, testing::HasSubstr("cannot be run in mixed precision"));
}

}  // namespace
}  // namespace staydown::cli
