#include "media/ts_tables.h"

#include <gmock/gmock.h>

#include "support/synthetic_video.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kPacket = 188;

Bytes video(bool audio = false) {
  return support::encode(
      {.parts = {{.duration = 400ms}}, .width = 64, .height = 64, .audio = audio});
}

unsigned pid_at(ByteSpan bytes, std::size_t at) {
  return (bytes[at + 1] & 0x1FU) << 8U | bytes[at + 2];
}

Bytes without_tables(const Bytes& ts) {
  Bytes rest;
  for (std::size_t at = 0; at < ts.size(); at += kPacket) {
    if (const unsigned pid = pid_at(ts, at); pid == 0 || pid == 0x1000) continue;
    const auto begin = ts.begin() + static_cast<std::ptrdiff_t>(at);
    rest.insert(rest.end(), begin, begin + kPacket);
  }
  return rest;
}

TEST(TsTables, AreNotMissingFromASegmentThatHasThem) {
  TsTables tables;
  EXPECT_THAT(tables.missing_from(video()), IsEmpty());
}

TEST(TsTables, AreThoseOfTheLastSegmentThatHadThem) {
  TsTables tables;
  tables.missing_from(video());
  const ByteSpan missing = tables.missing_from(without_tables(video()));
  ASSERT_THAT(missing, SizeIs(2 * kPacket));
  EXPECT_EQ(pid_at(missing, 0), 0U);
  EXPECT_EQ(pid_at(missing, kPacket), 0x1000U);
}

TEST(TsTables, OfAStreamThatNeverHadThemAreEmpty) {
  TsTables tables;
  EXPECT_THAT(tables.missing_from(without_tables(video())), IsEmpty());
}

TEST(TsTables, ReadDamagedPacketsWithoutHarm) {
  const Bytes ts = video(true);
  for (std::size_t byte = 0; byte < 3 * kPacket; ++byte) {
    for (const int value : {0x00, 0x7F, 0xFF}) {
      Bytes damaged = ts;
      damaged[byte] = static_cast<std::uint8_t>(value);
      TsTables tables;
      tables.missing_from(damaged);
      const ByteSpan missing = tables.missing_from(without_tables(ts));
      EXPECT_EQ(missing.size() % kPacket, 0U);
    }
  }
}

}  // namespace
}  // namespace staydown::media
