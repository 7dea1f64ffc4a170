#include "ingest/folder_watch.h"

#include <gmock/gmock.h>

#include <fstream>

#include "ingest/fixture.h"
#include "media/input_file.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() : root_(folder_.path() + "/in") { std::filesystem::create_directories(root_); }

  void start(std::string refuse = "no such name") {
    auto started = FolderWatch::start(
        root_,
        [this, refuse = std::move(refuse)](const RecordedFile& file) -> Result<void> {
          const std::scoped_lock lock(mutex_);
          told_.push_back(file.stream.value + " " +
                          std::filesystem::path(file.path).filename().string());
          changed_.notify_all();
          if (file.path.find(refuse) != std::string::npos) return fail(ErrorCode::kBusy, "full");
          return {};
        },
        status_);
    ASSERT_TRUE(started) << started.error().message;
    watch_ = *std::move(started);
  }

  std::vector<std::string> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 60s, [&] { return told_.size() >= count; });
    return told_;
  }
  // All of them, when it has ended.
  std::vector<std::string> all() {
    watch_.reset();
    return told_;
  }

  static void write(const std::string& path) { std::ofstream(path) << "x"; }

  media::Folder folder_;
  const std::string root_;
  Logged logged_;
  Status status_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;  // guarded by mutex_
  std::unique_ptr<FolderWatch> watch_;
};

TEST_F(FolderWatchTest, TellsOfEachFileOnceWhenItIsComplete) {
  std::filesystem::create_directories(root_ + "/live/cam-7");
  write(root_ + "/old.ts");
  start();
  write(root_ + "/cam-1.ts");
  write(root_ + "/live/cam-7/1.ts.part");
  write(root_ + "/live/cam-7/.hidden.ts");
  write(root_ + "/live/cam-7/live.m3u8");
  write(root_ + "/live/cam-7/LIVE.M3U8");
  std::filesystem::rename(root_ + "/live/cam-7/1.ts.part", root_ + "/live/cam-7/1.ts");
  await(2);
  EXPECT_THAT(all(), ElementsAre("cam-1 cam-1.ts", "live/cam-7 1.ts"));
}

// `cp -r` and `mkdir && mv`: the files are there before the folder can be watched.
TEST_F(FolderWatchTest, TellsOfFilesThatCameWithTheirFolder) {
  std::filesystem::create_directories(folder_.path() + "/made/deep");
  write(folder_.path() + "/made/1.ts");
  write(folder_.path() + "/made/deep/2.ts");
  write(folder_.path() + "/made/deep/3.ts.part");
  start();
  std::filesystem::rename(folder_.path() + "/made", root_ + "/cam");
  EXPECT_THAT(await(2), UnorderedElementsAre("cam 1.ts", "cam/deep 2.ts"));
  // Renamed within: they were told of.
  std::filesystem::rename(root_ + "/cam", root_ + "/cam-b");
  write(root_ + "/cam-b/4.ts");
  await(3);
  EXPECT_THAT(all(), UnorderedElementsAre("cam 1.ts", "cam/deep 2.ts", "cam-b 4.ts"));
}

TEST_F(FolderWatchTest, TellsWhatIsThereBeforeItEnds) {
  start();
  for (int i = 0; i < 100; ++i) write(root_ + "/" + std::to_string(i) + ".ts");
  EXPECT_EQ(all().size(), 100U);
}

TEST_F(FolderWatchTest, CountsWhatIsRefusedAsLost) {
  start("2.ts");
  write(root_ + "/1.ts");
  write(root_ + "/2.ts");
  EXPECT_EQ(all().size(), 2U);
  EXPECT_EQ(status_.ledger.totals().lost, 1U);
  EXPECT_THAT(logged_.text(),
              HasSubstr("event=segment_lost stream=2 reason=busy file=" + root_ + "/2.ts"));
}

TEST_F(FolderWatchTest, NeedsItsFolder) {
  const auto started = FolderWatch::start(
      root_ + "/none", [](const RecordedFile&) { return Result<void>(); }, status_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace staydown::ingest
