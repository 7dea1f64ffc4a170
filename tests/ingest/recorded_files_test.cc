#include "ingest/recorded_files.h"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>

#include "ingest/fixture.h"
#include "media/input_file.h"
#include "media/input_source.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime kStart{std::chrono::seconds(1'000'000)};
constexpr std::int64_t kFirst = 1'000'000'000'000;  // the number that a line begun then begins with

class RecordedFilesTest : public testing::Test {
 protected:
  RecordedFilesTest() {
    spec_.parts = {{.seed = 1, .duration = 4s}};
    spec_.width = 160;
    spec_.height = 90;
  }

  // Four seconds, two segments.
  std::string media(const std::string& name) { return folder_.with(name, spec_); }

  void start(std::size_t threads = 1) {
    std::vector<std::unique_ptr<SegmentSink>> sinks;
    for (std::size_t i = 0; i < threads; ++i) sinks.push_back(cluster_.sink());
    files_ = std::make_unique<RecordedFiles>(
        std::move(sinks),
        RecordedFilesOptions{.roots = {folder_.path()},
                             .account = {},
                             .clock = [this] { return kStart + now_.load(); }},
        status_, give_up_.get_token());
  }

  Result<void> offer(const std::string& stream, const std::string& path) {
    return files_->offer({StreamId(stream), path});
  }

  ErrorCode refusal_of(const std::string& path) {
    const auto taken = offer("cam", path);
    return taken ? ErrorCode::kInternal : taken.error().code;
  }

  media::Folder folder_;
  support::VideoSpec spec_;
  Logged logged_;
  Status status_;
  Cluster cluster_;
  std::stop_source give_up_;
  std::atomic<MediaTime> now_ = MediaTime(0);
  std::unique_ptr<RecordedFiles> files_;
};

TEST_F(RecordedFilesTest, PutsTheFilesOfAStreamOnOneLine) {
  start();
  ASSERT_TRUE(offer("a", media("1.ts")));
  ASSERT_TRUE(offer("a", media("2.ts")));
  files_->finish();
  EXPECT_THAT(cluster_.all(), ElementsAre(Published{"a", kFirst, {0s, 2s}},      //
                                          Published{"a", kFirst + 1, {2s, 4s}},  //
                                          Published{"a", kFirst + 2, {4s, 6s}},
                                          Published{"a", kFirst + 3, {6s, 8s}}));
  EXPECT_EQ(status_.ledger.totals().lost, 0U);
}

TEST_F(RecordedFilesTest, ALineOutlastsTheHourThatMediaMtxCutsAfter) {
  start();
  const auto file = media("1.ts");
  std::size_t count = 0;
  // The one after it is taken when a stream's file is done with.
  const auto done_with = [&](const char* stream) {
    EXPECT_TRUE(offer(stream, file));
    EXPECT_TRUE(offer("next", file));
    EXPECT_TRUE(cluster_.await(count += 4));
  };
  done_with("a");
  now_ = 70min;
  done_with("a");
  const MediaTime later = 70min + 3h + 1s;  // silent for too long
  now_ = later;
  done_with("a");
  files_->finish();
  std::vector<Published> line;
  for (const auto& one : cluster_.all()) {
    if (one.stream == "a") line.push_back(one);
  }
  EXPECT_THAT(
      line, ElementsAre(Published{"a", kFirst, {0s, 2s}},      //
                        Published{"a", kFirst + 1, {2s, 4s}},  //
                        Published{"a", kFirst + 2, {4s, 6s}}, Published{"a", kFirst + 3, {6s, 8s}},
                        Published{"a", kFirst + later.count(), {0s, 2s}},
                        Published{"a", kFirst + later.count() + 1, {2s, 4s}}));
}

TEST_F(RecordedFilesTest, AStreamThatTakesLongDelaysNoOther) {
  std::stop_source release;
  cluster_.on_publish = [&](const Segment& segment, const std::stop_token&) {
    if (segment.stream.value == "slow") await(release.get_token());
    return true;
  };
  start(2);
  const auto file = media("1.ts");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(offer("slow", file));
  ASSERT_TRUE(offer("quick", file));
  EXPECT_TRUE(cluster_.await(2));
  EXPECT_THAT(cluster_.all(), ElementsAre(Published{"quick", kFirst, {0s, 2s}},
                                          Published{"quick", kFirst + 1, {2s, 4s}}));
  release.request_stop();
  files_->finish();
  std::vector<Published> slow;
  for (const auto& one : cluster_.all()) {
    if (one.stream == "slow") slow.push_back(one);
  }
  ASSERT_EQ(slow.size(), 6U);
  for (std::size_t i = 0; i < slow.size(); ++i) {
    EXPECT_EQ(slow[i].sequence, kFirst + static_cast<std::int64_t>(i));
  }
}

TEST_F(RecordedFilesTest, PublishesAllThatItTookBeforeItEnds) {
  std::stop_source release;
  cluster_.on_publish = [&](const Segment&, const std::stop_token&) {
    await(release.get_token());
    return true;
  };
  start();
  const auto file = media("1.ts");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(offer("a", file));
  files_->close();
  EXPECT_EQ(refusal_of(file), ErrorCode::kUnavailable);
  release.request_stop();
  files_->finish();
  EXPECT_EQ(cluster_.all().size(), 10U);
  EXPECT_EQ(status_.ledger.totals().lost, 0U);
}

TEST_F(RecordedFilesTest, WhatIsLeftAtTheDeadlineIsLostByName) {
  cluster_.on_publish = [&](const Segment&, const std::stop_token& give_up) {
    await(give_up);
    return false;
  };
  start();
  for (const char* name : {"1.ts", "2.ts", "3.ts"}) ASSERT_TRUE(offer("a", media(name)));
  ASSERT_TRUE(offer("b", media("4.ts")));
  give_up_.request_stop();
  files_->finish();
  EXPECT_THAT(cluster_.all(), ElementsAre());
  EXPECT_EQ(status_.ledger.totals(), (Ledger::Totals{.published = 0, .lost = 4}));
  for (const char* name : {"1.ts", "2.ts", "3.ts", "4.ts"}) {
    EXPECT_THAT(logged_.text(), HasSubstr("file=" + folder_.file(name)));
  }
  EXPECT_THAT(status_.metrics.text(),
              HasSubstr("staydown_ingest_lost_total{reason=\"unavailable\"} 4\n"));
}

TEST_F(RecordedFilesTest, RefusesWhatWouldOpenOtherFiles) {
  start();
  for (const char* name : {"list.m3u8", "list.M3U8"}) {
    const auto path = folder_.file(name);
    std::ofstream(path) << "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n"
                        << media("1.ts") << "\n#EXT-X-ENDLIST\n";
    EXPECT_EQ(refusal_of(path), ErrorCode::kDenied) << name;
    const auto link = folder_.file(std::string("link-") + name + ".ts");
    std::filesystem::create_symlink(path, link);
    EXPECT_EQ(refusal_of(link), ErrorCode::kDenied) << name;
    // Even if it came through: what is told to be a file is never read as a playlist.
    media::InputOptions only_file;
    only_file.only_file = true;
    EXPECT_TRUE(media::open_input(path, {})) << name;
    EXPECT_FALSE(media::open_input(path, only_file)) << name;
  }
  EXPECT_EQ(refusal_of(folder_.file("none.ts")), ErrorCode::kNotFound);
  EXPECT_EQ(refusal_of("/etc/hostname"), ErrorCode::kDenied);
  EXPECT_EQ(refusal_of(folder_.path()), ErrorCode::kDenied);
  EXPECT_EQ(files_->offer({StreamId(), media("1.ts")}).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(RecordedFilesTest, LosesAFileThatIsNoMedia) {
  start();
  const auto path = folder_.file("text.ts");
  std::ofstream(path) << "hello";
  ASSERT_TRUE(offer("a", path));
  files_->finish();
  EXPECT_THAT(logged_.text(),
              AllOf(HasSubstr("event=segment_lost stream=a reason="), HasSubstr("file=" + path)));
  EXPECT_EQ(status_.ledger.totals(), (Ledger::Totals{.published = 0, .lost = 1}));
}

}  // namespace
}  // namespace staydown::ingest
