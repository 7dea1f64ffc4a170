#include "ingest/spool.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "fetch/fetcher.h"
#include "media/input_file.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Segment segment_of(const std::string& stream, const std::string& text) {
  Segment segment;
  segment.stream = StreamId(stream);
  segment.sequence = 1'700'000'000'000'000;
  segment.bytes = {text.begin(), text.end()};
  return segment;
}

// Workers get it through its URI, whatever the folder and the stream are called.
TEST(Spool, WritesWhatWorkersCanFetch) {
  const media::Folder folder;
  for (const std::string name : {"plain", "100 %41 #1?", "sp\xC3\xB6ol"}) {
    const auto root = folder.path() + "/" + name;
    fetch::Fetcher fetcher({.roots = {root}, .hosts = {}});
    std::set<std::string> uris;
    for (const std::string& stream :
         {std::string("cam-7"), std::string("live/cam-7"), std::string("live~2fcam-7"),
          std::string(""), std::string("."), std::string(".."), std::string(100, '/'),
          std::string(99, '/') + "a", std::string(300, 'a'), std::string(301, 'a')}) {
      const auto uri = spool(segment_of(stream, "media of " + stream), root);
      ASSERT_TRUE(uri) << stream << ": " << uri.error().message;
      EXPECT_TRUE(uris.insert(*uri).second) << *uri;
      const auto fetched = fetcher.fetch(*uri);
      ASSERT_TRUE(fetched) << *uri << ": " << fetched.error().message;
      EXPECT_EQ(std::string(fetched->begin(), fetched->end()), "media of " + stream);
    }
  }
}

TEST(Spool, SaysWhyItCannotWrite) {
  const media::Folder folder;
  const auto file = folder.with("file", std::string("x"));
  const auto uri = spool(segment_of("cam", "x"), file);
  ASSERT_FALSE(uri);
  EXPECT_EQ(uri.error().code, ErrorCode::kIo);
  EXPECT_THAT(uri.error().message, HasSubstr(file + "/cam/1700000000000000.ts: Not a directory"));
}

TEST(Spool, RemovesWhatIsTooOldAndNothingElse) {
  const media::Folder folder;
  const std::filesystem::path root = folder.path();
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto put = [&](const std::string& name, std::chrono::hours age) {
    const auto path = root / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    std::filesystem::last_write_time(path, now - age);
    return path;
  };
  const auto old = put("cam-1/1700000000000001.ts", 9h);
  const auto young = put("cam-1/1700000000000002.ts", 7h);
  const auto alone = put("cam-2/1700000000000001.ts", 100h);
  const auto half = put("cam-2/1700000000000002.ts.part", 100h);
  // Not ours, though below the folder that we were given.
  std::vector<std::filesystem::path> others{
      put("beside.ts", 100h), put("photos/1.jpg", 100h), put("hls/000123.ts", 100h),
      put("cam-1/1700000000000001.mp4", 100h), put("deep/er/1700000000000001.ts", 100h)};
  std::filesystem::create_directories(root / "empty");
  std::filesystem::create_symlink(root / "deep/er", root / "link");
  EXPECT_EQ(clean_spool(root, 8h, now), 3U);
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(young));
  EXPECT_FALSE(std::filesystem::exists(alone));
  EXPECT_FALSE(std::filesystem::exists(half));
  EXPECT_FALSE(std::filesystem::exists(root / "cam-2"));
  EXPECT_TRUE(std::filesystem::exists(root / "empty"));
  for (const auto& other : others) EXPECT_TRUE(std::filesystem::exists(other)) << other;
  EXPECT_EQ(clean_spool(root, 8h, now), 0U);
  EXPECT_EQ(clean_spool(root / "nowhere", 8h, now), 0U);
}

}  // namespace
}  // namespace staydown::ingest
