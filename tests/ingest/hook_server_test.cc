#include "ingest/hook_server.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include "ingest/fixture.h"
#include "ingest/status.h"

namespace staydown::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kForm = "application/x-www-form-urlencoded";

class HookServerTest : public testing::Test {
 protected:
  HookServerTest() {
    auto started = HookServer::start({.address = {.port = 0},
                                      .token = "open-sesame",
                                      .take = [this](const RecordedFile& file) -> Result<void> {
                                        taken_.push_back(file);
                                        return answer_;
                                      },
                                      .metrics = &status_.metrics});
    EXPECT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }

  int post(const std::string& target, const std::string& body, const char* type = kForm) {
    const auto answer = httplib::Client("127.0.0.1", server_->port()).Post(target, body, type);
    return answer ? answer->status : -1;
  }
  double requests(const std::string& outcome) {
    const auto text = status_.metrics.text();
    const auto series = "staydown_ingest_hook_requests_total{outcome=\"" + outcome + "\"} ";
    const auto at = text.find(series);
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size()));
  }

  Logged logged_;
  Status status_;
  std::vector<RecordedFile> taken_;
  Result<void> answer_;
  std::unique_ptr<HookServer> server_;
};

TEST_F(HookServerTest, TakesRequestsOfUpTo64KiB) {
  const std::string fixed = "stream=a&path=/";
  const std::string most = fixed + std::string((64 << 10) - fixed.size(), 'x');
  EXPECT_EQ(post("/hooks/file?token=open-sesame", most), 200);
  EXPECT_EQ(post("/hooks/file?token=open-sesame", most + "x"), 413);
  ASSERT_EQ(taken_.size(), 1U);
  EXPECT_EQ(taken_[0].path.size(), most.size() - fixed.size() + 1);
  EXPECT_EQ(requests("taken"), 1);
  EXPECT_EQ(requests("too_large"), 1);
  EXPECT_THAT(logged_.text(), HasSubstr("event=hook_refused path=/hooks/file"));
  EXPECT_THAT(logged_.text(), HasSubstr("status=413"));
}

TEST_F(HookServerTest, LimitsABodyThatDoesNotSayHowLongItIs) {
  httplib::Client client("127.0.0.1", server_->port());
  const auto answer = client.Post(
      "/hooks/file?token=open-sesame",
      [](std::size_t, httplib::DataSink& sink) {
        const std::string text(80 << 10, 'x');
        sink.write(text.data(), text.size());
        sink.done();
        return true;
      },
      kForm);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_THAT(taken_, testing::IsEmpty());
}

TEST_F(HookServerTest, CountsAndLogsWhatItRefuses) {
  EXPECT_EQ(post("/hooks/file", "stream=a&path=/x"), 403);
  EXPECT_EQ(post("/hooks/file?token=", "stream=a&path=/x"), 403);
  EXPECT_EQ(post("/hooks/file?token=open-sesam", "stream=a&path=/x"), 403);
  EXPECT_EQ(post("/hooks/srs?token=open-sesame", "{}", "application/json"), 400);
  EXPECT_EQ(post("/hooks/file?token=open-sesame", "--b\r\n\r\n", "multipart/form-data; boundary=b"),
            400);
  EXPECT_THAT(taken_, testing::IsEmpty());
  answer_ = fail(ErrorCode::kNotFound, "gone");
  EXPECT_EQ(post("/hooks/file?token=open-sesame", "stream=a&path=/x"), 404);
  answer_ = fail(ErrorCode::kBusy, "full");
  EXPECT_EQ(post("/hooks/file?token=open-sesame", "stream=a&path=/x"), 503);
  EXPECT_EQ(requests("denied"), 3);
  EXPECT_EQ(requests("malformed"), 2);
  EXPECT_EQ(requests("not_found"), 1);
  EXPECT_EQ(requests("busy"), 1);
  EXPECT_EQ(requests("taken"), 0);
}

TEST_F(HookServerTest, IsNotOpenForWantOfAToken) {
  const auto open = HookServer::start({.address = {.port = 0},
                                       .token = "",
                                       .take = [](const RecordedFile&) { return Result<void>(); },
                                       .metrics = &status_.metrics});
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(open.error().message, "--hook-token: the token is empty");
}

}  // namespace
}  // namespace staydown::ingest
