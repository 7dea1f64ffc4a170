#include "event/segment_message.h"

#include <gmock/gmock.h>

namespace staydown::event {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

constexpr WallTime kArrived{1'000s};

SegmentMessage example() {
  SegmentMessage message;
  message.id = "edge-3/cam-7/12";
  message.source = "/ingest/edge-3";
  message.segment.stream = StreamId("cam-7");
  message.segment.account = AccountId("uploader-3");
  message.segment.sequence = 12;
  message.segment.start = 24s;
  message.segment.duration = 1999ms;
  message.segment.ingested = WallTime(1'700'000'000'123'456us);
  message.segment.bytes = {1, 2, 3};
  return message;
}

TEST(SegmentMessage, ReadsBackWhatItWrites) {
  const Message written = to_message(example());
  EXPECT_EQ(written.key, "cam-7");
  EXPECT_EQ(written.value, Bytes({1, 2, 3}));
  const auto read = parse_segment(written, kArrived);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->id, "edge-3/cam-7/12");
  EXPECT_EQ(read->source, "/ingest/edge-3");
  EXPECT_EQ(read->content_type, "video/mp2t");
  EXPECT_EQ(read->segment.stream, StreamId("cam-7"));
  EXPECT_EQ(read->segment.account, AccountId("uploader-3"));
  EXPECT_TRUE(read->has_sequence);
  EXPECT_EQ(read->segment.sequence, 12);
  EXPECT_EQ(read->segment.start, 24s);
  EXPECT_EQ(read->segment.duration, 1999ms);
  EXPECT_EQ(read->segment.ingested, WallTime(1'700'000'000'123'456us));
  EXPECT_FALSE(read->replay);
}

TEST(SegmentMessage, NamesWhereTheBytesAre) {
  auto message = example();
  message.segment.bytes.clear();
  message.data_ref = "file:///spool/cam-7/12.m4s";
  message.init_ref = "file:///spool/cam-7/init.mp4";
  for (const std::optional<Bytes>& nothing : {std::optional(Bytes{}), std::optional<Bytes>{}}) {
    Message written = to_message(message);
    written.value = nothing;
    const auto read = parse_segment(written, kArrived);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->data_ref, "file:///spool/cam-7/12.m4s");
    EXPECT_EQ(read->init_ref, "file:///spool/cam-7/init.mp4");
  }
}

TEST(SegmentMessage, FallsBackToTheKeyAndTheLogsTime) {
  Message message = to_message(example());
  std::erase_if(message.headers, [](const Header& header) {
    return header.name == "ce_subject" || header.name == "ce_time" || header.name == "ce_sequence";
  });
  const auto read = parse_segment(message, kArrived);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->segment.stream, StreamId("cam-7"));
  EXPECT_EQ(read->segment.ingested, kArrived);
  EXPECT_FALSE(read->has_sequence);
}

struct Broken {
  const char* header;
  const char* value;  // nullptr: the header is left out
  const char* message;
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.message; }

class SegmentMessageErrors : public testing::TestWithParam<Broken> {};

TEST_P(SegmentMessageErrors, NameTheHeader) {
  const auto& [name, value, message] = GetParam();
  Message broken = to_message(example());
  std::erase_if(broken.headers, [&](const Header& header) { return header.name == name; });
  if (value != nullptr) broken.headers.push_back({name, value});
  const auto read = parse_segment(broken, kArrived);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kMalformed);
  EXPECT_EQ(read.error().message, message);
}

INSTANTIATE_TEST_SUITE_P(
    , SegmentMessageErrors,
    testing::Values(
        Broken{"ce_specversion", nullptr, "header ce_specversion is missing"},
        Broken{"ce_specversion", "0.3", "header ce_specversion: \"0.3\" is not 1.0"},
        Broken{"ce_type", "x", "header ce_type: \"x\" is not live.staydown.segment.v1"},
        Broken{"ce_id", nullptr, "header ce_id is missing"},
        Broken{"ce_source", nullptr, "header ce_source is missing"},
        Broken{"ce_mediatime", nullptr, "header ce_mediatime is missing"},
        Broken{"ce_mediatime", "-5", "header ce_mediatime: \"-5\" is not a number from 0 to 2^53"},
        Broken{"ce_mediatime", "12s", "header ce_mediatime: \"12s\" is not a whole number"},
        Broken{"ce_sequence", "99999999999999999999",
               "header ce_sequence: \"99999999999999999999\" is not a whole number"},
        Broken{"ce_time", "yesterday", "header ce_time: \"yesterday\" is not an RFC 3339 time"},
        Broken{"ce_dataref", "file:///x",
               "the record has both a value and the header ce_dataref"}));

TEST(SegmentMessage, NeedsBytesOrAReference) {
  Message message = to_message(example());
  message.value.reset();
  const auto read = parse_segment(message, kArrived);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "the record has neither a value nor the header ce_dataref");
}

}  // namespace
}  // namespace staydown::event
