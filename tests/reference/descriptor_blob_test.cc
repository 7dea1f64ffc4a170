#include "reference/descriptor_blob.h"

#include <limits>

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using namespace std::chrono_literals;

TEST(DescriptorBlob, LaysAHashOutInFiftyTwoBytes) {
  ReferenceEntry entry{.time = MediaTime(0x0102),
                       .end = MediaTime(0x0304),
                       .view = View::kTrimmed,
                       .quality = 99,
                       .generic = true,
                       .value = PdqHash{{0xA1, 0xA2, 0xA3, 0xA4}}};
  EXPECT_EQ(pack({{entry}}, DescriptorKind::kPdq),
            (Blob{2,    1, 0,    0, 0, 0, 0, 0, 4,    3, 0,    0, 0, 0, 0, 0, 2, 99,
                  1,    0, 0xA1, 0, 0, 0, 0, 0, 0,    0, 0xA2, 0, 0, 0, 0, 0, 0, 0,
                  0xA3, 0, 0,    0, 0, 0, 0, 0, 0xA4, 0, 0,    0, 0, 0, 0, 0}));
}

TEST(DescriptorBlob, GivesBackWhatItWasMadeOf) {
  std::vector<ReferenceEntry> hashes = {pdq_entry(0s, 1), pdq_entry(2s, 2)};
  std::vector<ReferenceEntry> vectors = hashes;
  vectors[0].value = Embedding{1.5F, -2.5F};
  vectors[1].value = Embedding{0.0F, 6e-8F};
  auto both = hashes;
  both.insert(both.end(), vectors.begin(), vectors.end());
  EXPECT_EQ(unpack(pack(both, DescriptorKind::kPdq), DescriptorKind::kPdq, "pdq-1"), hashes);
  EXPECT_EQ(unpack(pack(both, DescriptorKind::kEmbedding), DescriptorKind::kEmbedding, "m"),
            vectors);
  EXPECT_TRUE(unpack({}, DescriptorKind::kPdq, "pdq-1")->empty());
}

TEST(DescriptorBlob, RefusesWhatItWouldNotHaveWritten) {
  const Blob good = pack({{pdq_entry(1s, 1), pdq_entry(2s, 2)}}, DescriptorKind::kPdq);
  const auto with = [&](std::size_t position, std::uint8_t value) {
    Blob bad = good;
    bad[position] = value;
    return unpack(bad, DescriptorKind::kPdq, "pdq-1").error();
  };
  const auto corrupt = [](const std::string& reason) {
    return IsError(ErrorCode::kCorrupt, "pdq-1: " + reason);
  };
  EXPECT_THAT(unpack(std::span(good).first(103), DescriptorKind::kPdq, "pdq-1").error(),
              corrupt("ends in the middle of a record"));
  EXPECT_THAT(with(7, 0x80), corrupt("entry 0 has a negative time"));
  EXPECT_THAT(with(15, 0x70), corrupt("entry 0 is later than 1000 hours"));
  EXPECT_THAT(with(10, 0), corrupt("entry 0 ends before it begins"));
  EXPECT_THAT(with(16, 1), corrupt("entry 0 has a view of queries"));
  EXPECT_THAT(with(16, 200), corrupt("entry 0 has a view of queries"));
  EXPECT_THAT(with(17, 101), corrupt("entry 0 has a quality above 100"));
  EXPECT_THAT(with(18, 2), corrupt("has unknown flags"));
  EXPECT_THAT(with(19, 1), corrupt("has unknown flags"));
  EXPECT_THAT(with(54, 0), corrupt("entry 1 is earlier than the one before"));
}

TEST(DescriptorBlob, RefusesEmbeddingsOfNoOrTooManyDimensions) {
  auto entry = pdq_entry(1s, 1);
  entry.value = Embedding{std::numeric_limits<float>::quiet_NaN()};
  const Blob blob = pack({{entry}}, DescriptorKind::kEmbedding);
  const auto error = [](const Blob& bad) {
    return unpack(bad, DescriptorKind::kEmbedding, "m").error();
  };
  EXPECT_THAT(error(blob), IsError(ErrorCode::kCorrupt, "not finite"));
  EXPECT_THAT(error({0, 0, 0, 0}), IsError(ErrorCode::kCorrupt, "no usable embedding"));
  EXPECT_THAT(error({255, 255, 255, 255}), IsError(ErrorCode::kCorrupt, "no usable embedding"));
  EXPECT_THAT(error({1, 0, 0}), IsError(ErrorCode::kCorrupt, "ends in the middle"));
}

TEST(DescriptorBlob, ChecksEntriesBeforeTheyAreStored) {
  std::vector<ReferenceEntry> entries = {pdq_entry(0s, 1), pdq_entry(1s, 2)};
  EXPECT_TRUE(check(entries));
  entries[0].value = Embedding{1, 2};
  entries[1].value = Embedding{1};
  EXPECT_THAT(check(entries).error(), IsError(ErrorCode::kInvalidArgument,
                                              "entry 1 at 1.000s has an embedding of another"));
}

}  // namespace
}  // namespace staydown::reference
