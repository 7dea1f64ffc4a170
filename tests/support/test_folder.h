// A folder of the running test's own, empty at first and gone with this value.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace staydown::support {

class TestFolder {
 public:
  // `purpose` tells several folders of one test apart.
  explicit TestFolder(const std::string& purpose = "test") {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    auto name = "staydown-" + purpose + "-" + test->test_suite_name() + "-" + test->name() + "-" +
                std::to_string(::getpid());
    std::ranges::replace(name, '/', '-');  // of parameterized tests
    path_ = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace staydown::support
