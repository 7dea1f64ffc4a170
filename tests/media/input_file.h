// Media files and shell commands for the tests of inputs.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/segment_source.h"
#include "support/synthetic_video.h"

namespace staydown {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << name_of(error.code) << ": " << error.message;
}
inline void PrintTo(const Interval& interval, std::ostream* out) { *out << to_string(interval); }

}  // namespace staydown

namespace staydown::media {

// A folder of this test only, removed with the object.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string(test->test_suite_name()) + "_" + test->name() + "_" +
             std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }
  std::string path() const { return path_; }
  std::string with(const std::string& name, const support::VideoSpec& video) const {
    support::encode_to_file(video, file(name));
    return file(name);
  }
  std::string with(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

// Everything that a source gives, in order.
struct Everything {
  std::vector<Segment> segments;
  std::vector<Error> errors;
};

inline Everything read_all(SegmentSource& source) {
  Everything all;
  while (true) {
    auto segment = source.next({});
    if (!segment) {
      all.errors.push_back(std::move(segment.error()));
    } else if (!*segment) {
      return all;
    } else {
      all.segments.push_back(**std::move(segment));
    }
  }
}

}  // namespace staydown::media
