// Inputs from real senders: RTMP, SRT, RTSP, HLS and stdin.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "media/input_file.h"
#include "media/input_source.h"
#include "media/scripted_server.h"
#include "media/segment_content.h"
#include "support/child_process.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using support::ChildProcess;
using support::Container;
using support::VideoSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const InputOptions kShort = {.reconnect_for = 1s};

std::string four_seconds(const Folder& folder, std::uint64_t seed) {
  return folder.with("video" + std::to_string(seed) + ".ts",
                     {.parts = {{.seed = seed, .duration = 4s}}, .width = 160, .height = 90});
}

const VideoSpec kSmall = {.parts = {{.duration = 4s}}, .width = 160, .height = 90};

// A sender that is started again until somebody takes what it sends, and then ends.
std::vector<std::string> until_taken(const std::string& file, const std::string& how) {
  return {"bash", "-c",
          "until ffmpeg -nostdin -v error -i '" + file + "' -c copy " + how + "; do :; done"};
}

std::vector<Interval> intervals_of(const Everything& all) {
  std::vector<Interval> intervals;
  for (const auto& segment : all.segments) intervals.push_back({segment.start, segment.end()});
  return intervals;
}

// Frames of all segments together.
std::size_t frames_of(const Everything& all) {
  std::size_t count = 0;
  for (const auto& segment : all.segments) count += content_of(segment).frames.size();
  return count;
}

// Opens what a child is about to offer.
std::unique_ptr<SegmentSource> open_soon(const std::string& url, const InputOptions& options) {
  for (const auto end = machine_clock().now() + 30s; machine_clock().now() < end;) {
    auto source = open_input(url, options);
    if (source) return *std::move(source);
  }
  ADD_FAILURE() << url << " never came up";
  return nullptr;
}

TEST(RtmpInput, WatchesABroadcastToItsEnd) {
  Folder folder;
  const auto url = "rtmp://127.0.0.1:" + std::to_string(free_port()) + "/live/cam-7";
  const ChildProcess server({"ffmpeg", "-nostdin", "-i", four_seconds(folder, 1), "-c", "copy",
                             "-f", "flv", "-listen", "1", url});
  const auto source = open_soon(url, kShort);
  ASSERT_TRUE(source);
  const auto all = read_all(*source);
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(intervals_of(all), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}));
  EXPECT_EQ(frames_of(all), 100U);
}

TEST(RtmpInput, ComesBackWhenTheServerDoes) {
  Folder folder;
  const auto url = "rtmp://127.0.0.1:" + std::to_string(free_port()) + "/live/cam-7";
  const std::string how = "-f flv -listen 1 " + url;
  const ChildProcess servers({"bash", "-c",
                              "ffmpeg -nostdin -v error -i '" + four_seconds(folder, 1) +
                                  "' -c copy " + how + "; ffmpeg -nostdin -v error -i '" +
                                  four_seconds(folder, 2) + "' -c copy " + how});
  const auto source = open_soon(url, {.reconnect_for = 4s});
  ASSERT_TRUE(source);
  const auto all = read_all(*source);
  ASSERT_THAT(all.errors, SizeIs(1));
  EXPECT_THAT(all.errors[0].message, HasSubstr("was off for"));
  EXPECT_THAT(intervals_of(all),
              ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}, Interval{4s, 6s}, Interval{6s, 8s}));
}

TEST(RtmpInput, WaitsForAPublisher) {
  Folder folder;
  const auto url = "rtmp://127.0.0.1:" + std::to_string(free_port()) + "/live/cam-7";
  const ChildProcess publisher(until_taken(four_seconds(folder, 1), "-f flv " + url));
  const auto source = open_input(url, {.reconnect_for = 1s, .listen = true});
  ASSERT_TRUE(source) << source.error().message;
  const auto all = read_all(**source);
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_EQ(frames_of(all), 100U);
}

TEST(RtmpInput, StopsWaitingForAPublisherWhenToldTo) {
  std::stop_source stop;
  const std::jthread other([&] { stop.request_stop(); });
  const auto source = open_input("rtmp://127.0.0.1:" + std::to_string(free_port()) + "/live/cam-7",
                                 {.listen = true}, stop.get_token());
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message, HasSubstr("stopped"));
}

TEST(SrtInput, WatchesABroadcastToItsEnd) {
  Folder folder;
  const auto url = "srt://127.0.0.1:" + std::to_string(free_port());
  const ChildProcess server({"ffmpeg", "-nostdin", "-re", "-i", four_seconds(folder, 1), "-c",
                             "copy", "-f", "mpegts", url + "?mode=listener"});
  const auto source = open_soon(url, kShort);
  ASSERT_TRUE(source);
  const auto all = read_all(*source);
  EXPECT_THAT(all.errors, IsEmpty());
  ASSERT_THAT(all.segments, SizeIs(2));
  EXPECT_EQ(all.segments[0].start, 0s);
  EXPECT_EQ(all.segments[1].start, 2s);
  EXPECT_TRUE(content_of(all.segments[0]).begins_with_keyframe);
}

// Media segments and playlist of one rung.
void make_hls(const Folder& folder, const std::string& name, const VideoSpec& video,
              const std::vector<std::string>& how) {
  const auto source = folder.with(name + "-source.ts", video);
  std::vector<std::string> command = {"ffmpeg", "-nostdin", "-v", "error", "-i",        source,
                                      "-c",     "copy",     "-f", "hls",   "-hls_time", "1"};
  command.insert(command.end(), how.begin(), how.end());
  command.push_back(folder.file(name + ".m3u8"));
  const auto done = support::run(command);
  ASSERT_EQ(done.status, 0) << done.err;
}

class HlsInput : public testing::Test {
 protected:
  HlsInput()
      : port_(free_port()),
        // Without its log, since nobody reads the pipe that it would fill.
        server_({"bash", "-c",
                 "exec python3 -u -m http.server " + std::to_string(port_) +
                     " --bind 127.0.0.1 --directory " + folder_.path() + " 2>/dev/null"}) {
    EXPECT_TRUE(server_.await_out("Serving HTTP"));
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/" + path;
  }

  Folder folder_;
  int port_;
  ChildProcess server_;
};

TEST_F(HlsInput, WatchesAFinishedPlaylistToItsEnd) {
  make_hls(folder_, "ts", kSmall, {"-hls_list_size", "0"});
  make_hls(folder_, "mp4", kSmall, {"-hls_list_size", "0", "-hls_segment_type", "fmp4"});
  for (const auto& input : {url("ts.m3u8"), url("mp4.m3u8"), folder_.file("ts.m3u8")}) {
    auto source = open_input(input, {});
    ASSERT_TRUE(source) << source.error().message;
    const auto all = read_all(**source);
    EXPECT_THAT(all.errors, IsEmpty());
    EXPECT_THAT(intervals_of(all), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s})) << input;
    EXPECT_EQ(frames_of(all), 100U);
  }
}

TEST_F(HlsInput, FollowsAPlaylistThatGrows) {
  const auto source_file =
      folder_.with("source.ts", {.parts = {{.duration = 6s}}, .width = 160, .height = 90});
  const ChildProcess encoder({"ffmpeg", "-nostdin", "-v", "error", "-re", "-i", source_file, "-c",
                              "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "3",
                              "-hls_flags", "temp_file", folder_.file("live.m3u8")});
  const auto source = open_soon(url("live.m3u8"), kShort);
  ASSERT_TRUE(source);
  const auto all = read_all(*source);
  EXPECT_THAT(all.errors, IsEmpty());
  ASSERT_FALSE(all.segments.empty());
  MediaTime end{};
  for (const auto& segment : all.segments) {
    EXPECT_EQ(segment.start, end);
    end = segment.end();
  }
  EXPECT_EQ(end, 6s);
}

TEST_F(HlsInput, WatchesTheLowestUsefulRungOfALadder) {
  const auto rung = [&](const std::string& name, int width, int height) {
    make_hls(folder_, name, {.parts = {{.duration = 2s}}, .width = width, .height = height},
             {"-hls_list_size", "0"});
  };
  rung("low", 256, 144);
  rung("high", 640, 360);
  rung("mid", 426, 240);
  folder_.with("master.m3u8", std::string("#EXTM3U\n"
                                          "#EXT-X-STREAM-INF:BANDWIDTH=3000000\nhigh.m3u8\n"
                                          "#EXT-X-STREAM-INF:BANDWIDTH=100000\nlow.m3u8\n"
                                          "#EXT-X-STREAM-INF:BANDWIDTH=800000\nmid.m3u8\n"));
  auto source = open_input(url("master.m3u8"), {});
  ASSERT_TRUE(source) << source.error().message;
  const auto all = read_all(**source);
  ASSERT_THAT(intervals_of(all), ElementsAre(Interval{0s, 2s}));
  EXPECT_EQ(content_of(all.segments[0]).height, 240);
}

TEST(StdinInput, EndsWithThePipe) {
  const auto video = support::encode({.parts = {{.duration = 4s}}, .width = 160, .height = 90});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  std::jthread writer([&] {
    for (std::size_t at = 0; at < video.size();) {
      const auto count = ::write(ends[1], video.data() + at, video.size() - at);
      if (count <= 0) break;
      at += static_cast<std::size_t>(count);
    }
    ::close(ends[1]);
  });
  auto source = open_input("-", {});
  ASSERT_TRUE(source);
  const auto all = read_all(**source);
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(intervals_of(all), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}));
  writer.join();
  ::dup2(before, STDIN_FILENO);
  ::close(before);
}

TEST(StdinInput, IsLeftWhenToldToStop) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  std::stop_source stop;
  const std::jthread other([&] { stop.request_stop(); });
  EXPECT_FALSE(open_input("-", {}, stop.get_token()));
  ::dup2(before, STDIN_FILENO);
  for (const int end : {before, ends[0], ends[1]}) ::close(end);
}

}  // namespace
}  // namespace staydown::media
