#include "reference/hash_list.h"

#include "reference/bank_fixture.h"

namespace staydown {

void PrintTo(const Descriptor& descriptor, std::ostream* out) {
  *out << to_string(descriptor.time) << " q" << descriptor.quality;
}

namespace reference {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHash = "48d966d9673cb325b92be90b0bdacad377a6102dbf69c2d4cc956cf40034bd50";
const PdqHash kPdq{
    {0xcc956cf40034bd50, 0x77a6102dbf69c2d4, 0xb92be90b0bdacad3, 0x48d966d9673cb325}};

MATCHER_P2(Frame, time, quality, "") {
  return arg.time == MediaTime(time) && arg.quality == quality && arg.view == View::kFull &&
         arg.value == DescriptorValue(kPdq);
}

std::string line(const std::string& frame, const std::string& quality, const std::string& time) {
  return frame + "," + quality + "," + kHash + "," + time + "\n";
}

TEST(HashList, ReadsTheTextForm) {
  const auto list = parse_hash_list(line("0", "100", "0.000") + "\r\n" + "\n" +
                                    line(" 1", " 7 ", " 0.033 ") + line("9", "0", "1e1"));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->format, HashListFormat::kVpdq);
  EXPECT_THAT(list->descriptors, ElementsAre(Frame(0ms, 100), Frame(33ms, 7), Frame(10s, 0)));
  EXPECT_THAT(list->bad, IsEmpty());
}

TEST(HashList, ReadsTheJsonForm) {
  const auto list =
      parse_hash_list(" [\"" + kHash + ",100,0.000\",\n\"" + kHash + ",88,1.23e+02\"]\n");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->format, HashListFormat::kJson);
  EXPECT_THAT(list->descriptors, ElementsAre(Frame(0ms, 100), Frame(123s, 88)));
}

TEST(HashList, SpreadsLinesWhoseTimesWereRoundedToOneValue) {
  std::string json = "[";
  for (const char* time : {"1.00e+03", "1.00e+03", "1.01e+03", "1.01e+03", "1.01e+03"}) {
    json += (json.size() > 1 ? ",\"" : "\"") + kHash + ",50," + time + "\"";
  }
  const auto list = parse_hash_list(json + "]");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->descriptors, ElementsAre(Frame(1000s, 50), Frame(1005s, 50), Frame(1010s, 50),
                                             Frame(1015s, 50), Frame(1020s, 50)));
}

TEST(HashList, NamesEachBadLineAndKeepsTheOthers) {
  const auto list = parse_hash_list(
      line("0", "100", "1.000") + line("x", "100", "1.000") + line("-1", "100", "1.000") +
      line("1", "101", "1.000") + line("1", "5.5", "1.000") + line("1", "100", "0.999") +
      line("1", "100", "-1") + line("1", "100", "nan") + line("1", "100", "inf") +
      line("1", "100", "1.000s") + "1,100,48d9,2.000\n" + "1,100," + kHash + "\n" + "1,100," +
      kHash + ",2.000,\n" + "# comment\n" + line("2", "100", "2.000"));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->descriptors, ElementsAre(Frame(1s, 100), Frame(2s, 100)));
  const std::string frame = "the frame is not a whole number from 0 on";
  const std::string quality = "the quality is not a whole number from 0 to 100";
  const std::string time = "the timestamp is not a number of seconds from 0 to 1000 hours";
  const std::string fields = "does not have the four fields frame,quality,hash,timestamp";
  EXPECT_THAT(
      list->bad,
      ElementsAre(BadLine{2, frame}, BadLine{3, frame}, BadLine{4, quality}, BadLine{5, quality},
                  BadLine{6, "the timestamp is earlier than the one before"}, BadLine{7, time},
                  BadLine{8, time}, BadLine{9, time}, BadLine{10, time},
                  BadLine{11, "the hash is not 64 hexadecimal digits"}, BadLine{12, fields},
                  BadLine{13, fields}, BadLine{14, fields}));
}

TEST(HashList, NamesEachBadElementOfTheJsonForm) {
  const auto list = parse_hash_list("[\"" + kHash + ",1,2.0\", 7, \"a,b\", [\"" + kHash +
                                    ",1,2.0\"], \"" + kHash + ",1,\"]");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->descriptors, ElementsAre(Frame(2s, 1)));
  const std::string fields = "is not a string of the three fields hash,quality,timestamp";
  EXPECT_THAT(list->bad,
              ElementsAre(BadLine{2, fields}, BadLine{3, fields}, BadLine{4, fields},
                          BadLine{5,
                                  "the timestamp is not a number of seconds from 0 to 1000 "
                                  "hours"}));
}

TEST(HashList, RefusesWhatIsNoList) {
  const auto malformed = [](const std::string& reason) {
    return IsError(ErrorCode::kMalformed, reason);
  };
  EXPECT_THAT(parse_hash_list(" \n ").error(), malformed("is empty"));
  EXPECT_THAT(parse_hash_list("[]").error(), malformed("holds no hashes"));
  EXPECT_THAT(parse_hash_list("[\"a\"").error(), malformed("is not a JSON array"));
  EXPECT_THAT(parse_hash_list("GIF89a\n").error(),
              malformed("holds no usable line; the first is line 1: does not have the four"));
  EXPECT_THAT(parse_hash_list(line("0", "9", "0") + line("1", "9", "0")).error(),
              malformed("has the same timestamp on every line"));
}

TEST(HashList, WritesBothFormsSoThatTheyReadTheSameAgain) {
  std::vector<ReferenceEntry> entries = {pdq_entry(0s, 1), pdq_entry(0s, 2), pdq_entry(1500ms, 3)};
  entries[0].value = kPdq;
  entries[1].view = View::kTrimmed;
  entries[2].value = kPdq;
  entries[2].quality = 7;
  const auto text = format_hash_list(entries, HashListFormat::kVpdq);
  EXPECT_EQ(text, "0,100," + kHash + ",0.000\n1,7," + kHash + ",1.500\n");
  const auto json = format_hash_list(entries, HashListFormat::kJson);
  EXPECT_EQ(json, "[\n \"" + kHash + ",100,0.000\",\n \"" + kHash + ",7,1.500\"\n]\n");
  for (const auto& form : {text, json}) {
    EXPECT_THAT(parse_hash_list(form)->descriptors, ElementsAre(Frame(0s, 100), Frame(1500ms, 7)));
  }
}

}  // namespace
}  // namespace reference
}  // namespace staydown
