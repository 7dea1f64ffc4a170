#include "ingest/pulled_input.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <fstream>
#include <thread>

#include "ingest/fixture.h"
#include "media/fake_clock.h"
#include "media/input_file.h"
#include "media/scripted_server.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using media::http_answer;
using media::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A clock that nobody waits for; does something at one of the waits.
class BusyClock final : public Clock {
 public:
  Moment now() const override { return clock_.now(); }
  WallTime wall() const override { return clock_.wall(); }
  bool wait_until(Moment moment, std::stop_token stop) override {
    const bool went_on = clock_.wait_until(moment, std::move(stop));
    if (clock_.waits.size() == at && then) then();
    return went_on;
  }
  const std::vector<MediaTime>& waits() const { return clock_.waits; }

  std::size_t at = 0;
  std::function<void()> then;

 private:
  media::FakeClock clock_;
};

class PulledInputTest : public testing::Test {
 protected:
  PulledInputTest() {
    spec_.parts = {{.seed = 1, .duration = 4s}};
    spec_.width = 160;
    spec_.height = 90;
  }

  std::string four_seconds() const {
    const auto bytes = support::encode(spec_);
    return {bytes.begin(), bytes.end()};
  }

  void pull(const std::string& input, std::chrono::seconds reconnect = 60s) {
    const auto sink = cluster_.sink();
    PulledInput({.input = input, .stream = StreamId("cam"), .account = {}, .reconnect = reconnect},
                *sink, status_, clock_)
        .run(stop_.get_token(), give_up_.get_token());
  }

  int times_logged(const std::string& text) const {
    const auto log = logged_.text();
    int count = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }

  media::Folder folder_;
  support::VideoSpec spec_;
  Logged logged_;
  Status status_;
  Cluster cluster_;
  BusyClock clock_;
  std::stop_source stop_, give_up_;
};

// A camera that is off may be on later.
TEST_F(PulledInputTest, IsCalledUntilItIsOnAir) {
  const auto video = four_seconds();
  const int port = media::free_port();
  httplib::Server server;
  server.Get("/cam.ts", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(video, "video/mp2t");
  });
  std::thread serving;
  clock_.at = 40;
  clock_.then = [&] {
    ASSERT_TRUE(server.bind_to_port("127.0.0.1", port));
    serving = std::thread([&] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
  };
  pull("http://127.0.0.1:" + std::to_string(port) + "/cam.ts");
  server.stop();
  serving.join();
  EXPECT_EQ(cluster_.all().size(), 2U);
  EXPECT_EQ(status_.ledger.totals(), (Ledger::Totals{.published = 0, .lost = 0}));
  ASSERT_EQ(clock_.waits().size(), 40U);
  EXPECT_THAT(std::vector(clock_.waits().begin(), clock_.waits().begin() + 7),
              ElementsAre(500ms, 1s, 2s, 4s, 8s, 10s, 10s));
  EXPECT_EQ(clock_.waits().back(), 10s);
  EXPECT_EQ(times_logged("event=input_retry stream=cam attempt="), 6);  // 1, 2, 4, 8, 16, 32
  EXPECT_EQ(times_logged("event=input_opened stream=cam"), 1);
  EXPECT_EQ(times_logged("event=input_ended stream=cam"), 1);
}

TEST_F(PulledInputTest, IsCalledAgainAfterItWasGivenUp) {
  const auto video = four_seconds();
  const ScriptedServer server({{http_answer(video)}, {http_answer(video)}});
  clock_.at = 5;
  clock_.then = [&] { stop_.request_stop(); };
  pull(server.url("live"), 0s);
  const auto all = cluster_.all();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].interval, (Interval{2s, 4s}));
  EXPECT_EQ(all[2].interval, (Interval{0s, 2s}));  // another broadcast
  EXPECT_GT(all[2].sequence, all[1].sequence + 100'000);
  EXPECT_EQ(times_logged("event=input_opened"), 2);
  EXPECT_EQ(times_logged("event=input_lost"), 2);
  EXPECT_EQ(times_logged("event=input_ended"), 0);
  EXPECT_THAT(status_.metrics.text(), HasSubstr("staydown_ingest_reconnects_total 1\n"));
}

TEST_F(PulledInputTest, IsTheSameBroadcastIfItIsBackSoon) {
  const auto video = four_seconds();
  spec_.parts[0].seed = 2;
  const ScriptedServer server({{http_answer(video)}, {http_answer(four_seconds())}});
  clock_.at = 30;
  clock_.then = [&] { stop_.request_stop(); };
  pull(server.url("live"));
  const auto all = cluster_.all();
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    EXPECT_EQ(all[i].interval, (Interval{n * 2s, (n + 1) * 2s}));
    EXPECT_EQ(all[i].sequence, all[0].sequence + n);
  }
  EXPECT_THAT(status_.metrics.text(), HasSubstr("staydown_ingest_reconnects_total 1\n"));
}

TEST_F(PulledInputTest, OfAFileEndsWithIt) {
  pull(folder_.with("cam.ts", spec_));
  EXPECT_EQ(cluster_.all().size(), 2U);
  EXPECT_EQ(times_logged("event=input_ended stream=cam"), 1);
  EXPECT_THAT(clock_.waits(), testing::IsEmpty());
}

TEST_F(PulledInputTest, OfAFileThatIsLeftBeforeItsEndIsLost) {
  cluster_.on_publish = [&](const Segment&, const std::stop_token&) {
    stop_.request_stop();
    return true;
  };
  const auto file = folder_.with("cam.ts", spec_);
  pull(file);
  EXPECT_EQ(cluster_.all().size(), 1U);
  EXPECT_EQ(status_.ledger.totals().lost, 1U);
  EXPECT_THAT(logged_.text(),
              HasSubstr("event=segment_lost stream=cam reason=unavailable file=" + file));
}

TEST_F(PulledInputTest, OfAFileThatIsNoMediaIsLostAndNotTriedAgain) {
  pull(folder_.with("cam.ts", std::string("hello")));
  EXPECT_EQ(status_.ledger.totals().lost, 1U);
  EXPECT_THAT(clock_.waits(), testing::IsEmpty());
}

TEST_F(PulledInputTest, IsCheckedBeforeItIsOpened) {
  const auto message = [](const std::string& input) {
    const auto checked = check_input(input);
    return checked ? "" : checked.error().message;
  };
  EXPECT_EQ(message(folder_.with("cam.ts", std::string("x"))), "");
  EXPECT_EQ(message("-"), "");
  EXPECT_EQ(message("rtmp://127.0.0.1:1/live/off-air"), "");
  EXPECT_EQ(message("/none/cam.ts"), "/none/cam.ts: No such file or directory");
  EXPECT_EQ(message("/none/cam.m3u8"), "/none/cam.m3u8: No such file or directory");
  EXPECT_EQ(message("file:///none/cam.ts"), "/none/cam.ts: No such file or directory");
  EXPECT_EQ(message(folder_.path()),
            folder_.path() + ": a folder; --watch takes what appears there");
  EXPECT_THAT(message("gopher://a/b"), HasSubstr("protocol \"gopher\" is not available"));
}

}  // namespace
}  // namespace staydown::ingest
