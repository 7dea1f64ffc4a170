#include "report/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace staydown::report {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "staydown-atomic-XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
};

TEST_F(AtomicFile, ReplacesWhatWasThereAndLeavesNothingElse) {
  ASSERT_TRUE(write_atomically(path("out.html"), "first").has_value());
  ASSERT_TRUE(write_atomically(path("out.html"), "second").has_value());
  EXPECT_EQ(content(path("out.html")), "second");
  EXPECT_THAT(listing(), ElementsAre("out.html"));
}

TEST_F(AtomicFile, SaysWhatToDoWhenTheFolderIsMissing) {
  const auto target = path("nowhere/out.html");
  const auto message = "report " + target +
                       ": cannot be written: No such file or directory; give a path in an existing "
                       "folder that you may write to";
  const auto written = write_atomically(target, "page");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(written.error().message, message);
  const auto checked = check_writable(target);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().message, message);
}

TEST_F(AtomicFile, SaysThatTheDiskIsFull) {
  const auto written = write_atomically("/dev/full", "page");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(written.error().message,
            "report /dev/full: No space left on device; free space or give another path");
}

TEST_F(AtomicFile, LeavesNoHalfFileWhenTheLastStepFails) {
  fs::create_directories(path("out.html/taken"));
  EXPECT_FALSE(write_atomically(path("out.html"), "page").has_value());
  EXPECT_THAT(listing(), ElementsAre("out.html"));
}

TEST_F(AtomicFile, ChecksWithoutATrace) {
  EXPECT_TRUE(check_writable(path("out.html")).has_value());
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace staydown::report
