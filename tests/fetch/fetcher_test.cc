#include "fetch/fetcher.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "media/scripted_server.h"

namespace staydown::fetch {
namespace {

using namespace std::chrono_literals;
using media::Answer;
using media::http_answer;
using media::ScriptedServer;
using testing::HasSubstr;
using testing::Not;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

class FileFetch : public testing::Test {
 protected:
  FileFetch() {
    std::filesystem::create_directories(root_ / "cam 7");
    std::ofstream(root_ / "cam 7" / "1.ts") << "media";
    std::ofstream(outside_) << "secret";
  }
  ~FileFetch() override {
    std::filesystem::remove_all(root_);
    std::filesystem::remove(outside_);
  }

  Error error_of(const std::string& uri) {
    const auto got = fetcher_.fetch(uri);
    EXPECT_FALSE(got) << uri;
    return got ? Error{} : got.error();
  }

  const std::filesystem::path folder_ = std::filesystem::canonical(testing::TempDir());
  const std::filesystem::path root_ = folder_ / ("staydown-root-" + std::to_string(getpid()));
  const std::filesystem::path outside_ = root_.string() + "-outside";
  Fetcher fetcher_{FetchRules{.roots = {root_}, .hosts = {}, .max_bytes = 1000}};
};

TEST_F(FileFetch, ReadsBelowItsRoots) {
  const auto got = fetcher_.fetch("file://" + root_.string() + "/cam%207/1.ts");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, bytes_of("media"));
}

TEST_F(FileFetch, ReadsNothingElse) {
  for (const auto& path :
       {outside_.string(), root_.string() + "/../" + outside_.filename().string(),
        root_.string() + "/%2e%2e/" + outside_.filename().string(), root_.string(),
        std::string("/etc/passwd")}) {
    const auto error = error_of("file://" + path);
    EXPECT_EQ(error.code, ErrorCode::kDenied) << path;
    EXPECT_FALSE(error.retriable);
  }
  std::filesystem::create_symlink(outside_, root_ / "link.ts");
  EXPECT_EQ(error_of("file://" + root_.string() + "/link.ts").code, ErrorCode::kDenied);
  std::filesystem::create_directory_symlink(folder_, root_ / "up");
  EXPECT_EQ(error_of("file://" + root_.string() + "/up/" + outside_.filename().string()).code,
            ErrorCode::kDenied);
}

TEST_F(FileFetch, WaitsForNoPipeAndReadsNoDevice) {
  ASSERT_EQ(mkfifo((root_ / "pipe.ts").c_str(), 0600), 0);
  EXPECT_EQ(error_of("file://" + root_.string() + "/pipe.ts").code, ErrorCode::kDenied);
  EXPECT_EQ(error_of("file:///dev/zero").code, ErrorCode::kDenied);
}

TEST_F(FileFetch, NamesWhatIsMissingOrTooLarge) {
  const auto missing = error_of("file://" + root_.string() + "/none.ts");
  EXPECT_EQ(missing.code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.message, HasSubstr("none.ts: No such file or directory"));
  std::ofstream(root_ / "large.ts") << std::string(1001, 'x');
  EXPECT_EQ(error_of("file://" + root_.string() + "/large.ts").code, ErrorCode::kTooLarge);
}

TEST_F(FileFetch, KnowsNoOtherSchemes) {
  for (const char* uri : {"ftp://example.org/x", "gopher://example.org/", "data:,x", "concat:a|b",
                          "file://host/etc/passwd"}) {
    EXPECT_THAT(error_of(uri).code, testing::AnyOf(ErrorCode::kDenied, ErrorCode::kMalformed))
        << uri;
  }
  EXPECT_EQ(error_of("no uri at all").code, ErrorCode::kMalformed);
}

FetchRules loopback() {
  return {.roots = {}, .hosts = {"127.0.0.1"}, .private_addresses = true, .max_bytes = 1000};
}

TEST(HttpFetch, GetsBytes) {
  ScriptedServer server({{http_answer("media")}});
  const auto got = Fetcher(loopback()).fetch(server.url("1.ts"));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, bytes_of("media"));
}

TEST(HttpFetch, AsksOnlyHostsThatAreListed) {
  ScriptedServer server({{http_answer("media")}});
  auto rules = loopback();
  rules.hosts = {"cdn.example.org", "*.example.net"};
  const auto got = Fetcher(rules).fetch(server.url("1.ts?token=hunter2"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kDenied);
  EXPECT_THAT(got.error().message, HasSubstr("its host is not in fetch.hosts"));
  EXPECT_THAT(got.error().message, Not(HasSubstr("hunter2")));
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFetch, ConnectsToNoPrivateAddressUnlessAllowed) {
  ScriptedServer server({{http_answer("media")}});
  auto rules = loopback();
  rules.private_addresses = false;
  rules.hosts = {"127.0.0.1", "localhost"};
  for (auto url : {server.url("1.ts"), server.url("1.ts").replace(7, 9, "localhost")}) {
    const auto got = Fetcher(rules).fetch(url);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kDenied) << got.error().message;
    EXPECT_THAT(got.error().message, HasSubstr("its address is not public"));
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFetch, FollowsNoRedirect) {
  ScriptedServer other({{http_answer("secret")}});
  ScriptedServer server(
      {{"HTTP/1.1 302 Found\r\nLocation: " + other.url("x") + "\r\nContent-Length: 0\r\n\r\n"}});
  const auto got = Fetcher(loopback()).fetch(server.url("1.ts"));
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("HTTP status 302"));
  EXPECT_FALSE(got.error().retriable);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpFetch, StopsWhereItIsTooLarge) {
  ScriptedServer honest({{http_answer(std::string(5000, 'x'))}});
  ScriptedServer silent({{"HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')}});
  for (const auto* server : {&honest, &silent}) {
    const auto got = Fetcher(loopback()).fetch(server->url("1.ts"));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kTooLarge);
  }
}

TEST(HttpFetch, SaysWhatMayWorkLater) {
  const auto status = [](const char* line) {
    return Answer{std::string("HTTP/1.1 ") + line + "\r\nContent-Length: 0\r\n\r\n"};
  };
  ScriptedServer server({status("503 Unavailable"),
                         status("429 Slow"),
                         status("404 Not Found"),
                         {http_answer("me", 5)}});
  const auto retriable = [&] {
    return Fetcher(loopback()).fetch(server.url("x")).error().retriable;
  };
  EXPECT_TRUE(retriable());
  EXPECT_TRUE(retriable());
  EXPECT_FALSE(retriable());
  EXPECT_TRUE(retriable());  // it closed in the middle
  const auto refused = Fetcher(loopback()).fetch("http://127.0.0.1:9/x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(refused.error().retriable);
}

TEST(HttpFetch, WaitsNoLongerThanItMay) {
  ScriptedServer server({{"", Answer::Then::kStaySilent}});
  auto rules = loopback();
  rules.timeout = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto got = Fetcher(rules).fetch(server.url("x"));
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().retriable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace staydown::fetch
