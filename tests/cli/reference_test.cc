// `staydown reference`, as a person types it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/child_process.h"
#include "support/synthetic_video.h"
#include "support/test_folder.h"

namespace staydown::cli {
namespace {

using namespace std::chrono_literals;
using support::Finished;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Commands run in a folder of their own as the actor "ana", by hashes only.
class ReferenceCommand : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }

  std::vector<std::string> command(std::vector<std::string> arguments) const {
    std::vector<std::string> words{"env",
                                   "-C",
                                   folder_.path(),
                                   "USER=ana",
                                   "STAYDOWN_BANK=bank.db",
                                   "STAYDOWN_MODEL=none",
                                   STAYDOWN_BINARY,
                                   "reference"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  Finished reference(const std::vector<std::string>& arguments) const {
    return support::run(command(arguments));
  }

  // Eight seconds of one scene, a keyframe each second.
  void make_video(const std::string& name, std::uint64_t seed, MediaTime duration = 8s) const {
    support::encode_to_file(
        {.parts = {{.seed = seed, .duration = duration}}, .container = support::Container::kMp4},
        path(name));
  }

 private:
  const support::TestFolder folder_;
};

MATCHER_P2(Succeeds, out, err, "") {
  *result_listener << "status " << arg.status << "\n" << arg.out << "\n" << arg.err;
  return arg.status == 0 && testing::Matches(out)(arg.out) && testing::Matches(err)(arg.err);
}

MATCHER_P2(Fails, status, err, "") {
  *result_listener << "status " << arg.status << "\n" << arg.out << "\n" << arg.err;
  return arg.status == status && testing::Matches(err)(arg.err);
}

TEST_F(ReferenceCommand, AddEnforcesTheKeyframesFirstAndThenTheWholeVideo) {
  make_video("attack.mp4", 1);
  EXPECT_THAT(reference({"add", "attack.mp4", "--label", "Halle 2019", "--grounds", "order 17",
                         "--max-verdict", "review", "--confirmed"}),
              Succeeds(MatchesRegex("attack: enforced now: generation 1 with 8 of 8 keyframes; "
                                    "nothing is generic\n"
                                    "attack: complete: generation 2 with [0-9]+ of 200 frames; "
                                    "nothing is generic\n"),
                       ""));
  const auto shown = nlohmann::json::parse(reference({"show", "attack", "--json"}).out);
  EXPECT_EQ(shown["id"], "attack");
  EXPECT_EQ(shown["label"], "Halle 2019");
  EXPECT_EQ(shown["grounds"], "order 17");
  EXPECT_EQ(shown["max_verdict"], "review");
  EXPECT_EQ(shown["confirmed"], true);
  EXPECT_EQ(shown["enabled"], true);
  EXPECT_EQ(shown["added_by"], "ana");
  EXPECT_EQ(shown["generation"], 2);
  EXPECT_EQ(shown["duration"], 8'000'000);
  EXPECT_EQ(shown["file"]["path"], std::filesystem::canonical(path("attack.mp4")).string());
  EXPECT_EQ(shown["file"]["interval"], nullptr);
  EXPECT_EQ(shown["descriptors"][0]["model"], "pdq-1");
  EXPECT_THAT(reference({"verify"}), Succeeds("bank.db: ok\n", ""));
}

TEST_F(ReferenceCommand, TheSameAddAgainGoesOnAndAnotherVideoIsRefused) {
  make_video("attack.mp4", 1);
  make_video("other.mp4", 2);
  EXPECT_THAT(reference({"add", "attack.mp4", "--keyframes-only"}),
              Succeeds("attack: enforced now: generation 1 with 8 of 8 keyframes; nothing is "
                       "generic\n",
                       ""));
  EXPECT_THAT(reference({"add", "attack.mp4", "--keyframes-only"}),
              Succeeds("attack: already in the bank as generation 1; its keyframes have nothing to "
                       "add\n",
                       ""));
  EXPECT_THAT(
      reference({"add", "attack.mp4"}),
      Succeeds(MatchesRegex("attack: already in the bank as generation 1; going on with the "
                            "whole video\n"
                            "attack: complete: generation 2 with [0-9]+ of 200 frames; "
                            "nothing is generic\n"),
               ""));
  EXPECT_THAT(reference({"add", "other.mp4", "--id", "attack"}),
              Fails(1,
                    "staydown: other.mp4: bank bank.db already has a reference attack of "
                    "another video; give another --id, or remove that one first\n"));
}

TEST_F(ReferenceCommand, AddTakesAPartOfAVideoEvenOneWithoutKeyframes) {
  make_video("news.mp4", 1);
  EXPECT_THAT(reference({"add", "news.mp4", "--id", "part", "--interval", "0:02-0:05.5"}),
              Succeeds(MatchesRegex("part: enforced now: generation 1 with 4 of 4 keyframes; .*\n"
                                    "part: complete: generation 2 with [0-9]+ of 88 frames; .*\n"),
                       ""));
  EXPECT_THAT(
      reference({"add", "news.mp4", "--id", "short", "--interval", "6.1-6.9", "--force"}),
      Succeeds(MatchesRegex("short: complete: generation 1 with [0-9]+ of 20 frames; .*\n"), ""));
  EXPECT_THAT(reference({"add", "news.mp4", "--id", "late", "--interval", "60-70"}),
              Fails(1, MatchesRegex("staydown: .*/news.mp4: no frame lies in \\[60.000s, "
                                    "70.000s\\); check --interval\n")));
}

TEST_F(ReferenceCommand, AddRefusesWhatIsGenericOrKnownUnlessForced) {
  support::encode_to_file({.parts = {{.seed = 1, .duration = 4s, .edit = support::contrasted(0)}},
                           .container = support::Container::kMp4},
                          path("black.mp4"));
  EXPECT_THAT(reference({"add", "black.mp4"}),
              Fails(1, MatchesRegex("staydown: .*/black.mp4: 100 % is generic: 100 % black or "
                                    "plain, so it would match unrelated videos; add the rest with "
                                    "--interval FROM-TO, or all of it with --force\n")));
  EXPECT_THAT(reference({"list"}),
              Succeeds("ID  STATE     AT MOST       DURATION   ENTRIES  GEN  LABEL\n", ""));
  EXPECT_THAT(reference({"add", "black.mp4", "--force", "--keyframes-only"}),
              Succeeds("black: enforced now: generation 1 with 1 of 4 keyframes; 100 % is generic: "
                       "100 % black or plain\n",
                       ""));
  make_video("attack.mp4", 1);
  make_video("again.mp4", 1, 6s);
  ASSERT_EQ(reference({"add", "attack.mp4"}).status, 0);
  EXPECT_THAT(reference({"add", "again.mp4"}),
              Fails(1, MatchesRegex("staydown: .*/again.mp4: 100 % is generic: 100 % also in "
                                    "attack, so the bank has most of it already; .*--force\n")));
}

TEST_F(ReferenceCommand, AddGoesOnWithTheOtherVideosWhenOneFails) {
  make_video("a.mp4", 1);
  std::ofstream(path("text.mp4")) << "this is no video";
  const auto added = reference({"add", "a.mp4", "missing.mp4", "text.mp4", "--keyframes-only"});
  EXPECT_EQ(added.status, 1);
  EXPECT_EQ(added.out, "a: enforced now: generation 1 with 8 of 8 keyframes; nothing is generic\n");
  EXPECT_THAT(added.err, StartsWith("staydown: missing.mp4: No such file or directory; check the "
                                    "path\nstaydown: "));
  EXPECT_THAT(added.err, HasSubstr("text.mp4"));
}

TEST_F(ReferenceCommand, ListChangeAndAuditTellTheWholeStory) {
  make_video("attack.mp4", 1);
  ASSERT_EQ(reference({"add", "attack.mp4", "--keyframes-only", "--label", "Halle"}).status, 0);
  EXPECT_THAT(reference({"list"}),
              Succeeds("ID      STATE     AT MOST       DURATION   ENTRIES  GEN  LABEL\n"
                       "attack  enabled   takedown      0:08.000        16    1  Halle\n",
                       ""));
  EXPECT_THAT(reference({"disable", "attack", "--reason", "wrong video"}),
              Succeeds("attack: disabled\n", ""));
  EXPECT_THAT(reference({"list"}), Succeeds(HasSubstr("attack  disabled  takedown"), ""));
  EXPECT_THAT(reference({"enable", "attack", "--actor", "ben"}), Succeeds("attack: enabled\n", ""));
  EXPECT_THAT(reference({"remove", "attack", "nobody"}),
              Fails(1,
                    "staydown: bank bank.db: has no reference nobody; `staydown reference list` "
                    "shows all\n"));
  const std::string time = "2[0-9-]+T[0-9:.]+Z  ";
  EXPECT_THAT(reference({"audit"}),
              Succeeds(MatchesRegex(time + "staydown  create  -  schema version 2\n" + time +
                                    "ana  add  attack  keyframes of .*/attack.mp4: 8 of 8 frames "
                                    "kept; nothing is generic\n" +
                                    time + "ana  disable  attack  wrong video\n" + time +
                                    "ben  enable  attack  \n" + time + "ana  remove  attack  \n"),
                       ""));
  const auto json = reference({"audit", "--json"}).out;
  const auto last = nlohmann::json::parse(json.substr(json.rfind('\n', json.size() - 2) + 1));
  EXPECT_EQ(last["sequence"], 5);
  EXPECT_EQ(last["action"], "remove");
  EXPECT_EQ(last["id"], "attack");
}

TEST_F(ReferenceCommand, AnExportedListImportsAsAReferenceLikeAnyOther) {
  make_video("attack.mp4", 1);
  ASSERT_EQ(reference({"add", "attack.mp4"}).status, 0);
  for (const std::string format : {"vpdq", "json"}) {
    const auto file = "list." + format;
    EXPECT_THAT(reference({"export", "attack", "--format", format, "--output", file}),
                Succeeds("", ""));
    EXPECT_EQ(reference({"export", "attack", "--format", format}).out, read(path(file)));
    EXPECT_THAT(reference({"import", file, "--bank", format + ".db", "--id", "theirs"}),
                Succeeds(MatchesRegex("theirs: enforced now: generation 1 with ([0-9]+) of [0-9]+ "
                                      "hashes; nothing is generic\n"),
                         ""));
    EXPECT_EQ(reference({"export", "theirs", "--bank", format + ".db", "--format", format}).out,
              read(path(file)));
  }
}

TEST_F(ReferenceCommand, ImportNamesBadLinesAndKeepsNothingOfABadFile) {
  make_video("attack.mp4", 1);
  ASSERT_EQ(reference({"add", "attack.mp4"}).status, 0);
  const auto list = reference({"export", "attack"}).out;
  std::ofstream(path("list.txt")) << list << "oops\n";
  const auto lines = std::count(list.begin(), list.end(), '\n') + 1;
  const auto bad = "list.txt: line " + std::to_string(lines) +
                   ": does not have the four fields frame,quality,hash,timestamp\n";
  EXPECT_THAT(reference({"import", "list.txt", "--bank", "new.db"}),
              Fails(1, bad + "staydown: list.txt: 1 bad lines, so nothing was imported; correct "
                             "them, or leave them out with --skip-bad\n"));
  EXPECT_FALSE(std::filesystem::exists(path("new.db")));
  EXPECT_THAT(reference({"import", "list.txt", "--bank", "new.db", "--skip-bad"}),
              Succeeds(StartsWith("list: enforced now: generation 1 with "), bad));
}

TEST_F(ReferenceCommand, CtrlCLeavesTheLastCompleteGeneration) {
  make_video("attack.mp4", 1, 30s);
  support::ChildProcess child(command({"add", "attack.mp4"}));
  ASSERT_TRUE(child.await_out("enforced now: generation 1"));
  child.signal(SIGINT);
  const auto finished = child.wait();
  EXPECT_THAT(finished, Fails(1,
                              "staydown: attack.mp4: stopped; the bank holds what was complete, "
                              "the same command goes on\n"));
  EXPECT_THAT(reference({"list"}), Succeeds(HasSubstr("    1  attack\n"), ""));
  EXPECT_THAT(reference({"verify"}), Succeeds("bank.db: ok\n", ""));
  EXPECT_THAT(reference({"add", "attack.mp4"}),
              Succeeds(HasSubstr("attack: complete: generation 2 with "), ""));
}

TEST_F(ReferenceCommand, MistakesInTheCommandAreUsageErrors) {
  EXPECT_THAT(reference({}), Fails(2, HasSubstr("A subcommand is required")));
  EXPECT_THAT(reference({"add"}), Fails(2, HasSubstr("VIDEO is required")));
  EXPECT_THAT(reference({"add", "a.mp4", "b.mp4", "--id", "x"}),
              Fails(2, HasSubstr("--id: names one reference; add the videos one by one")));
  EXPECT_THAT(reference({"add", "a.mp4", "--interval", "9-3"}),
              Fails(2, HasSubstr("\"9-3\" ends before it begins")));
  EXPECT_THAT(reference({"add", "a.mp4", "--max-verdict", "allow"}),
              Fails(2, HasSubstr("--max-verdict")));
  EXPECT_THAT(reference({"import", "-"}), Fails(2, HasSubstr("--id: is needed")));
  EXPECT_THAT(reference({"list"}),
              Fails(1,
                    "staydown: bank bank.db: no such file; check --bank, or make it with "
                    "`staydown reference add VIDEO --bank bank.db`\n"));
}

TEST_F(ReferenceCommand, EverySubcommandExplainsItselfWithExamples) {
  for (const char* name : {"add", "list", "show", "disable", "enable", "remove", "verify", "import",
                           "export", "audit"}) {
    const auto help = reference({name, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, HasSubstr("Example")) << name;
    EXPECT_THAT(help.out, HasSubstr(std::string("staydown reference ") + name)) << name;
  }
}

}  // namespace
}  // namespace staydown::cli
