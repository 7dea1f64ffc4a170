#include "service/http_server.h"

#include <gmock/gmock.h>
#include <httplib.h>

namespace staydown::service {
namespace {

using testing::HasSubstr;

TEST(HttpAddress, IsReadInEveryForm) {
  const auto read = [](const char* text) {
    const auto address = parse_address(text);
    return address ? address->host + " " + std::to_string(address->port) : address.error().message;
  };
  EXPECT_EQ(read("9000"), "127.0.0.1 9000");
  EXPECT_EQ(read(":9000"), "0.0.0.0 9000");
  EXPECT_EQ(read("10.0.0.1:0"), "10.0.0.1 0");
  EXPECT_EQ(read("[::1]:9000"), "::1 9000");
  for (const char* wrong : {"", "host", "host:", "1:70000", "1:-1", "1:9x"}) {
    EXPECT_THAT(read(wrong), HasSubstr("not an address; give host:port, :port or port")) << wrong;
  }
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    auto started = HttpServer::start({.port = 0}, {.metrics = [] { return "up 1\n"; },
                                                   .health = [this] { return health_; },
                                                   .ready =
                                                       [] {
                                                         return HttpAnswer{false, "no"};
                                                       }});
    EXPECT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }

  httplib::Client client() const { return httplib::Client("127.0.0.1", server_->port()); }

  HttpAnswer health_{true, "ok"};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersItsThreePages) {
  const auto metrics = client().Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 200);
  EXPECT_EQ(metrics->body, "up 1\n");
  EXPECT_EQ(metrics->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto health = client().Get("/healthz");
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, "ok\n");
  const auto ready = client().Get("/readyz");
  EXPECT_EQ(ready->status, 503);
  EXPECT_EQ(ready->body, "no\n");
  health_ = {false, "stuck"};
  EXPECT_EQ(client().Get("/healthz")->status, 503);
}

TEST_F(HttpServerTest, RefusesEverythingElse) {
  EXPECT_EQ(client().Get("/other")->status, 404);
  EXPECT_EQ(client().Post("/metrics", "x", "text/plain")->status, 413);
}

TEST_F(HttpServerTest, SharesItsPortWithNobody) {
  const auto second = HttpServer::start({.port = server_->port()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen: the port is taken"));
}

}  // namespace
}  // namespace staydown::service
