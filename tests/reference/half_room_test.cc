#include "reference/half_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/test_folder.h"

namespace staydown::reference {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string maps() {
  std::ostringstream text;
  text << std::ifstream("/proc/self/maps").rdbuf();
  return text.str();
}

// Writes to all of it and reads it back.
void expect_room(const std::shared_ptr<Half[]>& room, std::size_t count) {
  EXPECT_EQ(room[0], 0);
  EXPECT_EQ(room[count - 1], 0);
  for (std::size_t i = 0; i < count; ++i) room[i] = static_cast<Half>(i);
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(room[i], static_cast<Half>(i));
}

TEST(HalfRoom, OfManyLiesInAFileWithoutANameAsLongAsSomethingPointsIntoIt) {
  const support::TestFolder folder;
  const std::string mapped = folder / ".staydown-vectors-";
  auto room = room_for_halves(kMappedHalves, folder.path());
  EXPECT_THAT(maps(), HasSubstr(mapped));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  expect_room(room, kMappedHalves);
  std::shared_ptr<const Half> last(room, &room[kMappedHalves - 1]);
  room.reset();
  EXPECT_EQ(*last, static_cast<Half>(kMappedHalves - 1));
  EXPECT_THAT(maps(), HasSubstr(mapped));
  last.reset();
  EXPECT_THAT(maps(), Not(HasSubstr(mapped)));
}

TEST(HalfRoom, OfFewIsMemory) {
  const support::TestFolder folder;
  const auto room = room_for_halves(kMappedHalves - 1, folder.path());
  EXPECT_THAT(maps(), Not(HasSubstr(folder / ".staydown-vectors-")));
  expect_room(room, kMappedHalves - 1);
}

TEST(HalfRoom, IsMemoryWhereThereCanBeNoFile) {
  for (const std::filesystem::path folder : {"", "/nowhere", "/proc"}) {
    expect_room(room_for_halves(kMappedHalves, folder), kMappedHalves);
  }
}

}  // namespace
}  // namespace staydown::reference
