// Media servers that tell of finished files, and a watched folder: to the events of a worker.
#include <gmock/gmock.h>
#include <httplib.h>

#include <csignal>
#include <fstream>

#include "cluster/cluster.h"
#include "media/scripted_server.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kToken = "open-sesame";

class Hooks : public Cluster {
 protected:
  Hooks() {
    make_topics(2);
    std::filesystem::create_directories(path("rec"));
    std::ofstream(path("token")) << kToken << "\n";
    worker_ = start_worker("a", "worker: {idle_seconds: 3}\n");
  }

  std::unique_ptr<support::ChildProcess> start_ingest(std::vector<std::string> more) {
    std::vector<std::string> command{STAYDOWN_BINARY, "ingest",       "--brokers", brokers_,
                                     "--config",      path("a.yaml"), "--account", "uploader-3"};
    command.insert(command.end(), more.begin(), more.end());
    return std::make_unique<support::ChildProcess>(command);
  }

  // With hooks; gives the port too.
  std::unique_ptr<support::ChildProcess> start_hooks(int& port) {
    auto ingest = start_ingest(
        {"--hooks", "127.0.0.1:0", "--hook-token", "file:" + path("token"), "--root", path("rec")});
    EXPECT_TRUE(ingest->await_err("event=hooks_listening port=")) << ingest->err();
    const auto log = ingest->err();
    port = std::stoi(log.substr(log.find("port=") + 5));
    return ingest;
  }

  // Recordings of one broadcast: 8 s of background, 12 s of the reference, each in files of 4 s.
  std::vector<std::string> recordings() {
    std::vector<std::string> paths;
    const auto segments = stream("x", {{.seed = kBackgroundSeed, .duration = 8s},
                                       {.seed = kReferenceSeed, .from = 4s, .duration = 12s}});
    for (std::size_t i = 0; i < segments.size(); ++i) {
      paths.push_back(path("rec/" + std::to_string(i) + ".ts"));
      write(paths.back(), segments[i].bytes);
    }
    return paths;
  }

  static void write(const std::string& to, const Bytes& bytes) {
    std::ofstream(to, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  // Of the one stream that shows it: stream, account and where it begins.
  void expect_found(const std::string& stream) {
    const auto events = await_events(2);
    ASSERT_EQ(events.size(), 2U) << worker_->err();
    for (const auto& [id, event] : events) {
      const auto& data = event.at("data");
      EXPECT_EQ(data.at("stream"), stream);
      EXPECT_EQ(data.at("account"), "uploader-3");
      EXPECT_NEAR(data.at("query_interval").at("begin").get<double>(), 8e6, 1.5e6);
      EXPECT_NEAR(data.at("reference_interval").at("begin").get<double>(), 4e6, 1.5e6);
    }
  }

  std::unique_ptr<support::ChildProcess> worker_;
};

TEST_F(Hooks, OfSrsLeadToEvents) {
  int port = 0;
  const auto ingest = start_hooks(port);
  httplib::Client srs("127.0.0.1", port);
  for (const auto& recording : recordings()) {
    const nlohmann::json call = {
        {"action", "on_hls"},
        {"app", "live"},
        {"stream", "cam-7"},
        {"cwd", path("")},
        {"file", "./rec/" + std::filesystem::path(recording).filename().string()}};
    const auto answer =
        srs.Post(std::string("/hooks/srs?token=") + kToken, call.dump(), "application/json");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "0");
  }
  expect_found("live/cam-7");
  ingest->signal(SIGTERM);
  EXPECT_EQ(ingest->wait(15s).status, 0);
}

// MediaMTX' default recordPath is relative to the folder in which it runs, and it hands on its own
// environment.
TEST_F(Hooks, OfMediaMtxLeadToEvents) {
  int port = 0;
  const auto ingest = start_hooks(port);
  for (const auto& recording : recordings()) {
    const auto relative = "./rec/" + std::filesystem::path(recording).filename().string();
    const auto told = support::run({"env", "-C", path(""), "MTX_PATH=studio/cam-7",
                                    "MTX_SEGMENT_PATH=" + relative, "MTX_SEGMENT_DURATION=2.000",
                                    "STAYDOWN_HOOK_TOKEN_FILE=" + path("token"),
                                    "STAYDOWN_HOOKS=http://127.0.0.1:" + std::to_string(port),
                                    STAYDOWN_SCRIPTS "/mediamtx-hook.sh"});
    EXPECT_EQ(told.status, 0) << told.err;
  }
  expect_found("studio/cam-7");
}

TEST_F(Hooks, OfMediaMtxTakeATokenFromTheEnvironmentAndSayWhatIsMissing) {
  int port = 0;
  std::ofstream(path("token")) << R"(a "quoted" \ token)"
                               << "\n";
  const auto ingest = start_hooks(port);
  const auto call = [&](const std::string& token) {
    return support::run({"env", "MTX_PATH=cam", "MTX_SEGMENT_PATH=" + recordings()[0], token,
                         "STAYDOWN_HOOKS=http://127.0.0.1:" + std::to_string(port),
                         STAYDOWN_SCRIPTS "/mediamtx-hook.sh"});
  };
  const auto told = call(R"(STAYDOWN_HOOK_TOKEN=a "quoted" \ token)");
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(call("STAYDOWN_HOOK_TOKEN=other").err, HasSubstr("403"));
  EXPECT_THAT(call("STAYDOWN_HOOK_TOKEN=").err, HasSubstr("STAYDOWN_HOOK_TOKEN: is missing"));
}

TEST_F(Hooks, AreRefusedWithoutTokenOrOutsideTheRoots) {
  int port = 0;
  const auto ingest = start_hooks(port);
  httplib::Client client("127.0.0.1", port);
  const auto post = [&](const std::string& target, const std::string& body) {
    const auto answer = client.Post(target, body, "application/x-www-form-urlencoded");
    return answer ? answer->status : -1;
  };
  write(path("outside.ts"), Bytes(10, 'x'));
  std::filesystem::create_symlink(path("outside.ts"), path("rec/link.ts"));
  write(path("rec/list.m3u8"), Bytes(10, 'x'));
  const std::string good = std::string("/hooks/file?token=") + kToken;
  EXPECT_EQ(post("/hooks/file", "stream=a&path=" + path("rec/link.ts")), 403);
  EXPECT_EQ(post("/hooks/file?token=wrong", "stream=a&path=" + path("rec/link.ts")), 403);
  EXPECT_EQ(post(good, "stream=a&path=" + path("outside.ts")), 403);
  EXPECT_EQ(post(good, "stream=a&path=" + path("rec/../outside.ts")), 403);
  EXPECT_EQ(post(good, "stream=a&path=" + path("rec/link.ts")), 403);
  EXPECT_EQ(post(good, "stream=a&path=" + path("rec/list.m3u8")), 403);
  EXPECT_EQ(post(good, "stream=a&path=" + path("rec/nothing.ts")), 404);
  EXPECT_EQ(post(good, "path=" + path("rec/nothing.ts")), 400);
  EXPECT_EQ(post("/hooks/other", ""), 404);
  EXPECT_EQ(post(good, "stream=a&path=" + std::string(100'000, 'x')), 413);

  auto taken = start_ingest({"--hooks", std::to_string(port), "--hook-token",
                             "file:" + path("token"), "--root", path("rec")});
  const auto ended = taken->wait(30s);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot listen: the port is taken"));
}

TEST_F(Hooks, AreNotNeededForAWatchedFolder) {
  const auto files = recordings();
  std::filesystem::create_directories(path("in/.hidden"));
  const auto ingest = start_ingest({"--watch", path("in")});
  ASSERT_TRUE(ingest->await_err("event=ingest_started"));
  std::filesystem::create_directories(path("in/live/cam-7"));
  write(path("in/first.ts"), Bytes(100, 'x'));
  ASSERT_TRUE(ingest->await_err("event=segment_lost stream=first"));
  for (const auto& file : files) {
    const auto name = std::filesystem::path(file).filename().string();
    std::filesystem::copy(file, path("in/live/cam-7/" + name + ".part"));
    std::filesystem::rename(path("in/live/cam-7/" + name + ".part"), path("in/live/cam-7/" + name));
  }
  expect_found("live/cam-7");
}

// Debian has it where a user's PATH does not look.
constexpr const char* kNginx = "/usr/sbin/nginx";

// The real server, configured as docs/ingest.md says: ffmpeg pushes, nginx cuts, records and tells.
TEST_F(Hooks, OfNginxRtmpLeadToEvents) {
  int port = 0;
  const auto ingest = start_hooks(port);
  support::VideoSpec video;
  video.parts = {{.seed = kBackgroundSeed, .duration = 4s},
                 {.seed = kReferenceSeed, .from = 4s, .duration = 6s}};
  video.gop = 2 * video.fps;
  video.kilobits = 500;
  support::encode_to_file(video, path("pushed.ts"));
  std::unique_ptr<support::ChildProcess> nginx;
  std::string url;
  // A port that was free may be taken by the time that nginx wants it.
  for (int attempt = 0; attempt < 5 && url.empty(); ++attempt) {
    const auto rtmp = std::to_string(media::free_port());
    std::ofstream(path("nginx.conf"))
        << "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n"
        << "daemon off; master_process off; pid " << path("nginx.pid")
        << ";\nerror_log stderr notice;\nevents {}\nrtmp { server { listen 127.0.0.1:" << rtmp
        << "; application live {\n"
        << "  live on;\n  record video; record_path " << path("rec")
        << "; record_unique on; record_interval 2s;\n"
        << "  on_record_done http://127.0.0.1:" << port << "/hooks/nginx-rtmp?token=" << kToken
        << ";\n} } }\n";
    nginx = std::make_unique<support::ChildProcess>(
        std::vector<std::string>{kNginx, "-p", path(""), "-e", "stderr", "-c", path("nginx.conf")});
    // It says so once it listens, and ends where it cannot.
    if (nginx->await_err("using the \"epoll\" event method")) {
      url = "rtmp://127.0.0.1:" + rtmp + "/live/cam-7";
    }
  }
  ASSERT_FALSE(url.empty()) << nginx->err();
  const auto pushed = support::run(
      {"ffmpeg", "-v", "error", "-re", "-i", path("pushed.ts"), "-c", "copy", "-f", "flv", url});
  ASSERT_EQ(pushed.status, 0) << pushed.err << nginx->err();
  const auto events = await_events(1);
  ASSERT_EQ(events.size(), 1U) << nginx->err() << ingest->err();
  const auto& data = events.begin()->second.at("data");
  EXPECT_EQ(data.at("stream"), "live/cam-7");
  EXPECT_NEAR(data.at("query_interval").at("begin").get<double>(), 4e6, 1.5e6);
}

}  // namespace
}  // namespace staydown::cluster
