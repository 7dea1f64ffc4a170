#include "event/json_lines.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "event/example_event.h"

namespace staydown::event {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(JsonLines, AppendsToWhatIsThereAndCanBeReadAtOnce) {
  const auto path = testing::TempDir() + "json_lines_test.jsonl";
  std::filesystem::remove(path);
  const auto event = example_event();
  const auto line = to_json(event) + '\n';

  auto first = JsonLinesWriter::append_to(path);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(first->write(event));
  EXPECT_EQ(read(path), line);

  auto second = JsonLinesWriter::append_to(path);
  ASSERT_TRUE(second);
  ASSERT_TRUE(second->write(event));
  EXPECT_EQ(read(path), line + line);
  std::filesystem::remove(path);
}

TEST(JsonLines, SaysThatTheDiskIsFull) {
  auto writer = JsonLinesWriter::append_to("/dev/full");
  ASSERT_TRUE(writer);
  const auto written = writer->write(example_event());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(written.error().message, "/dev/full: cannot write an event: No space left on device");
}

TEST(JsonLines, SaysThatAPathCannotBeOpened) {
  const auto writer = JsonLinesWriter::append_to("/no/such/folder/events.jsonl");
  ASSERT_FALSE(writer);
  EXPECT_EQ(
      writer.error().message,
      "/no/such/folder/events.jsonl: cannot open for appending events: No such file or directory");
}

}  // namespace
}  // namespace staydown::event
