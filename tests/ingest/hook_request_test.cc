// Requests as the documentation of SRS, nginx-rtmp and MediaMTX gives them.
#include "ingest/hook_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace staydown::ingest {
namespace {

using testing::HasSubstr;

// https://ossrs.net/lts/en-us/docs/v5/doc/http-callback, on_hls.
constexpr const char* kSrs = R"({
  "action": "on_hls",
  "client_id": "9308h583",
  "ip": "192.168.1.10",
  "vhost": "video.test.com",
  "app": "live",
  "stream": "livestream",
  "param":"?token=xxx&salt=yyy",
  "duration": 9.36,
  "cwd": "/usr/local/srs",
  "file": "./objs/nginx/html/live/livestream/2015-04-23/01/476584165.ts",
  "url": "live/livestream/2015-04-23/01/476584165.ts",
  "m3u8": "./objs/nginx/html/live/livestream/live.m3u8",
  "m3u8_url": "live/livestream/live.m3u8",
  "seq_no": 100
})";

TEST(HookRequest, ReadsWhatSrsSends) {
  const auto file = parse_srs(kSrs);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, (RecordedFile{StreamId("live/livestream"),
                                 "/usr/local/srs/objs/nginx/html/live/"
                                 "livestream/2015-04-23/01/476584165.ts"}));
}

TEST(HookRequest, ReadsWhatNginxRtmpSends) {
  const auto file = parse_nginx_rtmp(
      "app=live&flashver=FMLE/3.0%20(compatible%3B%20Lavf59.27&swfurl=&tcurl=rtmp%3A//"
      "127.0.0.1%3A1935/"
      "live&pageurl=&addr=127.0.0.1&clientid=1&call=record_done&recorder=all&name=cam-7&path=/var/"
      "rec/cam-7%2D1.flv");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, (RecordedFile{StreamId("live/cam-7"), "/var/rec/cam-7-1.flv"}));
}

TEST(HookRequest, ReadsAForm) {
  const auto file = parse_form_file("stream=studio%2Fcam+7&path=%2Frec%2F2026%20a.ts");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, (RecordedFile{StreamId("studio/cam 7"), "/rec/2026 a.ts"}));
}

TEST(HookRequest, SaysWhatIsMissing) {
  EXPECT_EQ(parse_srs("{}").error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_srs("[1]").error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_srs("").error().code, ErrorCode::kMalformed);
  EXPECT_THAT(parse_srs(R"({"action":"on_play"})").error().message, HasSubstr("not on_hls"));
  EXPECT_THAT(parse_nginx_rtmp("app=live&path=/x").error().message, HasSubstr("field name"));
  EXPECT_THAT(parse_nginx_rtmp("name=a&path=/x").error().message, HasSubstr("field app"));
  EXPECT_THAT(parse_form_file("stream=a").error().message, HasSubstr("field path"));
  EXPECT_THAT(parse_form_file("&&=&%&stream=%4&path=").error().message, HasSubstr("field path"));
}

TEST(HookRequest, TokensAreTheSameOrNot) {
  EXPECT_TRUE(same_token("secret", "secret"));
  EXPECT_FALSE(same_token("secret", "secreT"));
  EXPECT_FALSE(same_token("secret", "secretsecret"));
  EXPECT_FALSE(same_token("secretsecret", "secret"));
  EXPECT_FALSE(same_token("secret", ""));
  EXPECT_FALSE(same_token("", "secret"));
  EXPECT_FALSE(same_token("", ""));
}

}  // namespace
}  // namespace staydown::ingest
