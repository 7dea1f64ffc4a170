#include "event/dead_letter.h"

#include <gtest/gtest.h>

namespace staydown::event {
namespace {

using namespace std::chrono_literals;

const Message kOriginal{
    .key = "cam-7", .headers = {{"ce_id", "x"}, {"other", "\x01\xff"}}, .value = Bytes{1, 2, 3}};
const DeadLetter kLetter{.reason = "unsupported_codec",
                         .message = "segment cam-7/3: decoder wmv3 is not allowed",
                         .topic = "staydown.segments",
                         .partition = 4,
                         .offset = 1'234'567'890'123,
                         .time = WallTime(1'700'000'000'000'001us)};

TEST(DeadLetter, KeepsTheRecordAndSaysWhy) {
  const Message message = to_message(kOriginal, kLetter);
  EXPECT_EQ(message.key, kOriginal.key);
  EXPECT_EQ(message.value, kOriginal.value);
  EXPECT_EQ(Headers(message.headers.begin(), message.headers.begin() + 2), kOriginal.headers);
  EXPECT_EQ(parse_dead_letter(message), kLetter);
  EXPECT_EQ(original_of(message), kOriginal);
}

TEST(DeadLetter, SaysThatAValueWasTooLarge) {
  DeadLetter letter = kLetter;
  letter.value_omitted = true;
  const Message message = to_message(kOriginal, letter);
  EXPECT_EQ(message.value, Bytes{});
  EXPECT_EQ(parse_dead_letter(message), letter);
}

TEST(DeadLetter, IsNotWhatLacksItsOrigin) {
  EXPECT_FALSE(parse_dead_letter(kOriginal));
  Message message = to_message(kOriginal, kLetter);
  std::erase_if(message.headers,
                [](const Header& header) { return header.name.ends_with("offset"); });
  EXPECT_FALSE(parse_dead_letter(message));
}

TEST(DeadLetter, OfARecordThatFailedAgainTellsOfTheLastTime) {
  DeadLetter again = kLetter;
  again.offset = 5;
  EXPECT_EQ(parse_dead_letter(to_message(to_message(kOriginal, kLetter), again)), again);
}

}  // namespace
}  // namespace staydown::event
