// Inputs over real protocols, on this machine: what arrives, breaks, comes back and ends.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "media/fake_clock.h"
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
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Then = Answer::Then;

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Four seconds, cut into two segments.
std::string four_seconds(std::uint64_t seed, std::int64_t first_timestamp = 0) {
  return text_of(support::encode({.parts = {{.seed = seed, .duration = 4s}},
                                  .width = 160,
                                  .height = 90,
                                  .first_timestamp = first_timestamp}));
}

// Reads `input` to its end; reconnects happen at once.
Everything segments_of(const std::string& input, InputOptions options = {}) {
  FakeClock clock;
  auto source = open_input(input, std::move(options), {}, clock);
  if (!source) return {.segments = {}, .errors = {source.error()}};
  return read_all(**source);
}

std::vector<Interval> intervals_of(const Everything& all) {
  std::vector<Interval> intervals;
  for (const auto& segment : all.segments) intervals.push_back({segment.start, segment.end()});
  return intervals;
}

MATCHER_P2(IsError, code, text, "") {
  *result_listener << name_of(arg.code) << ": " << arg.message;
  return arg.code == code && arg.message.find(text) != std::string::npos;
}

// Python's file server.
class HttpFolder {
 public:
  explicit HttpFolder(const std::string& folder)
      : port_(free_port()),
        server_({"python3", "-u", "-m", "http.server", std::to_string(port_), "--bind", "127.0.0.1",
                 "--directory", folder}) {
    EXPECT_TRUE(server_.await_out("Serving HTTP"));
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/" + path;
  }

 private:
  int port_;
  ChildProcess server_;
};

TEST(HttpInput, OfAFileEndsWithTheFile) {
  Folder folder;
  const HttpFolder server(folder.path());
  for (const auto container :
       {Container::kMpegTs, Container::kFragmentedMp4, Container::kMatroska}) {
    folder.with("in",
                {.parts = {{.duration = 4s}}, .width = 160, .height = 90, .container = container});
    const auto file = segments_of(folder.file("in")), http = segments_of(server.url("in"));
    EXPECT_THAT(http.errors, IsEmpty());
    ASSERT_EQ(intervals_of(http), intervals_of(file));
    EXPECT_EQ(http.segments[1].bytes, file.segments[1].bytes);
  }
}

TEST(HttpInput, OfAFileIsResumedWhereItBrokeOff) {
  const auto video = four_seconds(1);
  const auto half = video.size() / 2;
  const auto rest = video.substr(half);
  const auto resumed =
      "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes " +
      std::to_string(half) + "-" + std::to_string(video.size() - 1) + "/" +
      std::to_string(video.size()) + "\r\nContent-Length: " + std::to_string(rest.size()) +
      "\r\n\r\n" + rest;
  const ScriptedServer server(
      {{http_answer(video.substr(0, half), static_cast<std::int64_t>(video.size()))}, {resumed}});
  const auto all = segments_of(server.url("in.ts"));
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(intervals_of(all), ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}));
  EXPECT_THAT(server.requests(),
              ElementsAre(testing::_, HasSubstr("Range: bytes=" + std::to_string(half))));
}

TEST(HttpInput, OfALiveStreamComesBackAfterAnotherConnectionAndGoesOnInTime) {
  const ScriptedServer server({{http_answer(four_seconds(1, 90'000 * 3600)), Then::kReset},
                               {http_answer(four_seconds(2))}});
  const auto all = segments_of(server.url("live"));
  EXPECT_THAT(all.errors,
              ElementsAre(IsError(ErrorCode::kUnavailable, "trying again for up to 60 s")));
  EXPECT_THAT(intervals_of(all),
              ElementsAre(Interval{0s, 2s}, Interval{2s, 4s}, Interval{4s, 6s}, Interval{6s, 8s}));
  for (std::size_t i = 0; i < all.segments.size(); ++i) {
    EXPECT_EQ(all.segments[i].sequence, static_cast<std::int64_t>(i));
    EXPECT_TRUE(content_of(all.segments[i]).begins_with_keyframe);
  }
}

TEST(HttpInput, ThatIsClosedWithoutAWordIsLostOnlyIfItComesBack) {
  const ScriptedServer once({{http_answer(four_seconds(1))}});
  const auto ended = segments_of(once.url("live"));
  EXPECT_THAT(ended.errors, IsEmpty());
  EXPECT_THAT(ended.segments, SizeIs(2));

  const ScriptedServer twice({{http_answer(four_seconds(1))}, {http_answer(four_seconds(2))}});
  const auto returned = segments_of(twice.url("live"));
  EXPECT_THAT(returned.errors, ElementsAre(IsError(ErrorCode::kUnavailable, "was off for 0.5 s")));
  EXPECT_THAT(returned.segments, SizeIs(4));
}

TEST(HttpInput, OfAFileWithoutALengthIsReadOnce) {
  const auto video = http_answer(four_seconds(1));
  const ScriptedServer server({{video}, {video}, {video}});
  const auto all = segments_of(server.url("cgi"));
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(all.segments, SizeIs(2));
}

TEST(HttpInput, BacksOffAndGivesUp) {
  const ScriptedServer server({{http_answer(four_seconds(1)), Then::kReset}});
  FakeClock clock;
  const auto source = open_input(server.url("live"), {.reconnect_for = 30s}, {}, clock);
  ASSERT_TRUE(source);
  const auto all = read_all(**source);
  EXPECT_THAT(all.segments, SizeIs(2));
  EXPECT_THAT(all.errors, SizeIs(1)) << "one lost stretch is one error";
  EXPECT_THAT(clock.waits, ElementsAre(500ms, 1s, 2s, 4s, 8s, 10s));
}

TEST(HttpInput, ThatGoesSilentIsLost) {
  const ScriptedServer server(
      {{http_answer(four_seconds(1)), Then::kStaySilent}, {http_answer(four_seconds(2))}});
  const auto all = segments_of(server.url("live"), {.read_timeout = 1s});
  EXPECT_THAT(all.errors,
              ElementsAre(IsError(ErrorCode::kUnavailable, "nothing received in time")));
  EXPECT_THAT(all.segments, SizeIs(4));
}

TEST(HttpInput, IsLeftAtOnceWhenToldToStop) {
  const ScriptedServer server({{http_answer(four_seconds(1)), Then::kStaySilent}});
  auto source = open_input(server.url("live"), {});
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->next({}).value()->start, 0s);
  std::stop_source stop;
  const auto begin = std::chrono::steady_clock::now();
  const std::jthread other([&] { stop.request_stop(); });
  EXPECT_EQ((*source)->next(stop.get_token()).value(), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(HttpInput, IsNotWaitedForWhenToldToStop) {
  const ScriptedServer server({{"", Then::kStaySilent}});
  std::stop_source stop;
  const std::jthread other([&] { stop.request_stop(); });
  const auto source = open_input(server.url("live"), {}, stop.get_token());
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error(), IsError(ErrorCode::kUnavailable, "stopped"));
}

TEST(HttpInput, SaysWhyItCannotBeOpened) {
  Folder folder;
  folder.with("notes", std::string(4'000, 'x'));
  const HttpFolder server(folder.path());
  const auto nobody =
      "http://ann:secret@127.0.0.1:" + std::to_string(free_port()) + "/a.ts?key=secret";
  const auto error_of = [](const std::string& url) { return segments_of(url).errors.at(0); };
  EXPECT_THAT(error_of(server.url("none.ts")), IsError(ErrorCode::kNotFound, "none.ts: not found"));
  EXPECT_THAT(error_of(server.url("notes")),
              AnyOf(IsError(ErrorCode::kUnsupportedContainer, "not one of MPEG-TS, MP4"),
                    IsError(ErrorCode::kMalformed, "not valid media")));
  EXPECT_THAT(error_of(nobody), AllOf(IsError(ErrorCode::kUnavailable, "refused"),
                                      Field(&Error::message, Not(HasSubstr("secret")))));
}

}  // namespace
}  // namespace staydown::media
