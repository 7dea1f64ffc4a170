#include "reference/background_set.h"

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using testing::ElementsAre;

TEST(BackgroundSet, ReadsHashesWithTheirNames) {
  const std::string digits(63, '0');
  const auto set = BackgroundSet::parse("# comment\n\n" + digits + "1 test card\r\n" + digits +
                                        "2 countdown 10");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_THAT(set->hashes(), ElementsAre(PdqHash{{1, 0, 0, 0}}, PdqHash{{2, 0, 0, 0}}));
  EXPECT_THAT(BackgroundSet::parse("#\nff card\n").error(),
              IsError(ErrorCode::kMalformed, "background set: line 2: is not a hash and a name"));
}

TEST(BackgroundSet, IsNearWhatIsWithinTheRadiusOfAnyOfItsHashes) {
  const BackgroundSet set({PdqHash{{0, 0, 0, 0}}, PdqHash{{~0ULL, ~0ULL, ~0ULL, ~0ULL}}});
  EXPECT_TRUE(set.is_near(PdqHash{{0x7FFFFFFF, 0, 0, 0}}, 31));
  EXPECT_FALSE(set.is_near(PdqHash{{0xFFFFFFFF, 0, 0, 0}}, 31));
  EXPECT_TRUE(set.is_near(PdqHash{{~0ULL, ~0ULL, ~0ULL, 0xFFFFFFFF80000000}}, 31));
}

TEST(BackgroundSet, TheOneThatShipsIsFarFromAnyRandomPicture) {
  const auto& set = BackgroundSet::embedded();
  EXPECT_GT(set.hashes().size(), 100U);
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    EXPECT_FALSE(set.is_near(hash_of(seed), 31)) << seed;
  }
}

}  // namespace
}  // namespace staydown::reference
