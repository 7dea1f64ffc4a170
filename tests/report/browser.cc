#include "report/browser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>

namespace staydown::report {
namespace {

// Standard output of a shell command; a test failure unless it exits with 0.
std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 65536> buffer{};
  while (const auto size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << command
                             << "\nChromium and FFmpeg are installed by scripts/setup.sh";
  return output;
}

std::string chromium(const std::string& what, const std::string& page_path) {
  auto profile = testing::TempDir() + "staydown-chromium-XXXXXX";
  EXPECT_NE(mkdtemp(profile.data()), nullptr);
  auto output = output_of(
      fmt::format("timeout 120 " STAYDOWN_CHROMIUM
                  " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
                  "--disable-background-networking --disable-component-update --disable-sync "
                  "--hide-scrollbars --user-data-dir='{}' {} 'file://{}' 2>'{}/log'",
                  profile, what, page_path, profile));
  std::filesystem::remove_all(profile);
  return output;
}

}  // namespace

std::string rendered_dom(const std::string& page_path) { return chromium("--dump-dom", page_path); }

Screenshot screenshot(const std::string& page_path, const std::string& png_path, int width,
                      int height) {
  std::filesystem::remove(png_path);
  chromium(fmt::format("--screenshot='{}' --window-size={},{}", png_path, width, height),
           page_path);
  const auto pixels =
      output_of("ffmpeg -v error -i '" + png_path + "' -f rawvideo -pix_fmt rgb24 -");
  return {width, height, {pixels.begin(), pixels.end()}};
}

}  // namespace staydown::report
