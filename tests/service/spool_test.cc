#include "service/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

TEST(Spool, RemovesWhatIsTooOld) {
  const auto spool =
      std::filesystem::path(testing::TempDir()) / ("staydown-spool-" + std::to_string(getpid()));
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto put = [&](const std::string& name, std::chrono::hours age) {
    const auto path = spool / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    std::filesystem::last_write_time(path, now - age);
  };
  put("cam-1/1.ts", 9h);
  put("cam-1/2.ts", 7h);
  put("cam-2/1.ts", 100h);
  put("beside.ts", 100h);  // not of the spool
  EXPECT_EQ(clean_spool(spool, 8h, now), 2U);
  EXPECT_FALSE(std::filesystem::exists(spool / "cam-1/1.ts"));
  EXPECT_TRUE(std::filesystem::exists(spool / "cam-1/2.ts"));
  EXPECT_FALSE(std::filesystem::exists(spool / "cam-2/1.ts"));
  EXPECT_TRUE(std::filesystem::exists(spool / "beside.ts"));
  EXPECT_EQ(clean_spool(spool, 8h, now), 0U);
  EXPECT_EQ(clean_spool(spool / "nowhere", 8h, now), 0U);
  std::filesystem::remove_all(spool);
}

}  // namespace
}  // namespace staydown::service
