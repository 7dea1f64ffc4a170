// No input can make us open what the user did not name.
#include <gmock/gmock.h>

#include "media/input_file.h"
#include "media/input_source.h"
#include "media/reference_reader.h"
#include "media/scripted_server.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

// A video that must not be read, and a server that must not be called.
class ClosedInputs : public testing::Test {
 protected:
  // Whatever names the canaries, in every format that can name other files.
  std::vector<std::pair<std::string, std::string>> scripts() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& target : {canary_, "file://" + canary_, server_.url("canary.ts")}) {
      all.emplace_back("HLS", "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n" +
                                  target + "\n#EXT-X-ENDLIST\n");
      all.emplace_back("HLS master",
                       "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n" + target + "\n");
      all.emplace_back("concat", "ffconcat version 1.0\nfile '" + target + "'\n");
      all.emplace_back(
          "DASH",
          "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" "
          "type=\"static\" mediaPresentationDuration=\"PT4S\"><Period><AdaptationSet "
          "mimeType=\"video/mp2t\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>" +
              target + "</BaseURL></Representation></AdaptationSet></Period></MPD>");
      all.emplace_back("SDP",
                       "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\n"
                       "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
    }
    return all;
  }

  Folder folder_;
  std::string canary_ = folder_.with("canary.ts", support::VideoSpec{});
  ScriptedServer server_{{{http_answer("")}}};
};

TEST_F(ClosedInputs, StayClosedToFilesThatPretendToBeVideo) {
  for (const char* name : {"video.mp4", "video.ts", "video", "video.m3u", "video.ffconcat"}) {
    for (const auto& [kind, script] : scripts()) {
      const auto disguised = folder_.with(name, script);
      const auto source = open_input(disguised, {});
      ASSERT_FALSE(source) << kind << " as " << name;
      EXPECT_EQ(source.error().code, ErrorCode::kUnsupportedContainer) << source.error().message;
      const auto reader = ReferenceReader::open(disguised, {});
      ASSERT_FALSE(reader) << kind << " as " << name;
      EXPECT_EQ(reader.error().code, ErrorCode::kUnsupportedContainer);
    }
  }
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(ClosedInputs, StayClosedToPlaylistsFromElsewhereThatNameLocalFiles) {
  for (const auto& target :
       {canary_, "file://" + canary_, "file:" + canary_, "crypto+file:" + canary_,
        "concat:" + canary_, "subfile,,start,0,end,0,,:" + canary_}) {
    for (const auto& playlist :
         {"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n" + target + "\n#EXT-X-ENDLIST\n",
          "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n" + target + "\n"}) {
      const ScriptedServer remote(
          {{http_answer(playlist, static_cast<std::int64_t>(playlist.size()))}});
      auto source = open_input(remote.url("live.m3u8"), {.read_timeout = 5s, .reconnect_for = 0s});
      if (!source) continue;
      EXPECT_THAT(read_all(**source).segments, IsEmpty()) << playlist;
    }
  }
}

TEST_F(ClosedInputs, StayClosedToProtocolsInPaths) {
  const std::vector<std::string> paths = {"concat:" + canary_,
                                          "file:" + canary_,
                                          "subfile,,start,0,end,0,,:" + canary_,
                                          "async:" + canary_,
                                          "data:video/mp2t;base64,R0A=",
                                          "pipe:0"};
  for (const auto& path : paths) {
    const auto source = open_input(path, {});
    ASSERT_FALSE(source) << path;
    EXPECT_EQ(source.error().code, ErrorCode::kNotFound) << source.error().message;
  }
}

}  // namespace
}  // namespace staydown::media
