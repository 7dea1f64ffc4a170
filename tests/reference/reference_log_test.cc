// References as records of a log: what goes in comes out, and what is damaged changes nothing.
#include "reference/reference_log.h"

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ReferenceLogTest : public BankTest {
 protected:
  ReferenceLogTest() : bank_(open()) {}

  PackedReference packed(const std::string& id, int entries = 4, std::uint64_t replaces = 0) {
    auto reference = reference_of(id, entries, replaces);
    reference.file =
        MediaFile{.path = "/media/" + id,
                  .digest = sha256({}),
                  .interval = Interval{std::chrono::seconds(1), std::chrono::seconds(9)}};
    const auto put = bank_.put(reference, {.actor = "ana", .at = kNoon, .detail = "order 17"});
    if (!put) throw std::runtime_error(put.error().message);
    return *bank_.pack(ReferenceId(id));
  }

  LogAssembler assembler(std::optional<PackedReference> known = std::nullopt) {
    return LogAssembler([known](const ReferenceId& id) {
      return known && known->record.info.id == id ? known : std::nullopt;
    });
  }

  // Everything that comes of the messages, from offset 0 on.
  std::vector<LogAssembler::Outcome> outcomes(LogAssembler& assembler,
                                              const std::vector<Message>& messages) {
    std::vector<LogAssembler::Outcome> all;
    for (const auto& message : messages) {
      auto outcome = assembler.take(static_cast<std::int64_t>(offset_++), kNoon, message);
      if (!std::holds_alternative<std::monostate>(outcome)) all.push_back(std::move(outcome));
    }
    return all;
  }

  ReferenceBank bank_;
  std::int64_t offset_ = 0;
};

// All but the revision, which is a bank's own.
void expect_same(PackedReference a, PackedReference b) {
  a.record.revision = b.record.revision = 0;
  EXPECT_EQ(a.record, b.record);
  EXPECT_EQ(a.packed, b.packed);
  EXPECT_EQ(a.change.actor, b.change.actor);
  EXPECT_EQ(a.change.at, b.change.at);
  EXPECT_EQ(a.change.detail, b.change.detail);
}

TEST_F(ReferenceLogTest, GivesBackWhatWasWritten) {
  const auto small = packed("small");
  const auto large = packed("large", 30'000);
  EXPECT_THAT(to_messages(small), SizeIs(2));
  EXPECT_THAT(to_messages(large), SizeIs(1 + large.packed[0].size() / kPartBytes + 1));
  for (const auto& message : to_messages(large)) EXPECT_LE(message.value->size(), kPartBytes);
  for (const auto& reference : {small, large}) {
    auto log = assembler();
    const auto all = outcomes(log, to_messages(reference));
    ASSERT_THAT(all, SizeIs(1));
    ASSERT_TRUE(std::holds_alternative<PackedReference>(all[0]));
    expect_same(std::get<PackedReference>(all[0]), reference);
    EXPECT_EQ(log.waiting_since(), std::nullopt);
  }
}

TEST_F(ReferenceLogTest, KeepsTwoWritersApartThatMixTheirRecords) {
  const auto a = to_messages(packed("a", 12'000)), b = to_messages(packed("b", 12'000));
  auto log = assembler();
  const auto all = outcomes(log, {a[0], b[0], b[1], a[1], b[2], a[2]});
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(std::get<PackedReference>(all[0]).record.info.id, ReferenceId("b"));
  EXPECT_EQ(std::get<PackedReference>(all[1]).record.info.id, ReferenceId("a"));
}

TEST_F(ReferenceLogTest, AHeaderOfDescriptorsThatAreStoredNeedsNoParts) {
  const auto before = packed("a");
  ASSERT_TRUE(bank_.disable(ReferenceId("a"), {.actor = "ben", .at = kNoon, .detail = "wrong"}));
  const auto after = *bank_.pack(ReferenceId("a"));
  auto log = assembler(before);
  const auto all = outcomes(log, {to_messages(after).back()});
  ASSERT_THAT(all, SizeIs(1));
  expect_same(std::get<PackedReference>(all[0]), after);
  EXPECT_FALSE(std::get<PackedReference>(all[0]).record.enabled);
}

TEST_F(ReferenceLogTest, SaysSinceWhenPartsWait) {
  const auto messages = to_messages(packed("a", 12'000));
  auto log = assembler();
  offset_ = 40;
  EXPECT_THAT(outcomes(log, {messages[0], messages[1]}), IsEmpty());
  EXPECT_EQ(log.waiting_since(), 40);
  EXPECT_THAT(outcomes(log, {messages[2]}), SizeIs(1));
  EXPECT_EQ(log.waiting_since(), std::nullopt);
}

TEST_F(ReferenceLogTest, ARemovalSaysWhoAndWhyAndForgetsParts) {
  const auto a = packed("a");
  auto log = assembler();
  outcomes(log, {to_messages(a)[0]});
  const auto all = outcomes(
      log, {header_tombstone(ReferenceId("a"), {.actor = "ben", .at = kNoon, .detail = "lifted"})});
  ASSERT_THAT(all, SizeIs(1));
  const auto& removed = std::get<LogAssembler::Removed>(all[0]);
  EXPECT_EQ(removed.id, ReferenceId("a"));
  EXPECT_EQ(removed.change.actor, "ben");
  EXPECT_EQ(removed.change.at, kNoon);
  EXPECT_EQ(removed.change.detail, "lifted");
  EXPECT_EQ(log.waiting_since(), std::nullopt);
  // Compaction and other programs leave tombstones without headers.
  const auto bare = outcomes(log, {{.key = "a", .headers = {}, .value = std::nullopt}});
  EXPECT_TRUE(std::holds_alternative<LogAssembler::Removed>(bare.at(0)));
}

TEST_F(ReferenceLogTest, ForgetsThePartsOfAWriterThatIsGone) {
  auto log = assembler();
  auto messages = to_messages(packed("a"));
  messages.pop_back();
  outcomes(log, messages);
  EXPECT_EQ(log.waiting_since(), 0);
  log.forget_parts_before(kNoon);
  EXPECT_EQ(log.waiting_since(), 0);
  log.forget_parts_before(kNoon + MediaTime(1));
  EXPECT_EQ(log.waiting_since(), std::nullopt);
}

TEST_F(ReferenceLogTest, KeepsNoPartsOfWhatIsKnown) {
  const auto a = packed("a");
  LogAssembler log([&](const ReferenceId&) { return std::optional(a); });
  EXPECT_THAT(outcomes(log, to_messages(a)), SizeIs(1));
  EXPECT_EQ(log.waiting_since(), std::nullopt);
}

TEST_F(ReferenceLogTest, RefusesWhatABankCouldNotStore) {
  const auto good = packed("a");
  ASSERT_TRUE(check(good));
  auto twice = good;
  twice.record.descriptors.push_back(twice.record.descriptors[0]);
  twice.packed.push_back(twice.packed[0]);
  EXPECT_THAT(check(twice).error(), IsError(ErrorCode::kInvalidArgument, "named twice"));
  auto large = good;
  large.record.generation = std::uint64_t{1} << 63;
  EXPECT_THAT(check(large).error(), IsError(ErrorCode::kInvalidArgument, "generation"));
  auto empty = good;
  empty.record.descriptors[0].entries = static_cast<std::uint64_t>(-1);
  EXPECT_THAT(check(empty).error(), IsError(ErrorCode::kInvalidArgument, "no descriptors"));
}

TEST_F(ReferenceLogTest, PartsHaveTombstonesOfTheirOwn) {
  const auto large = packed("large", 30'000);
  const auto messages = to_messages(large);
  const auto tombstones = part_tombstones(large.record);
  ASSERT_EQ(tombstones.size() + 1, messages.size());
  for (std::size_t i = 0; i < tombstones.size(); ++i) {
    EXPECT_EQ(tombstones[i].key, messages[i].key);
    EXPECT_EQ(tombstones[i].value, std::nullopt);
  }
}

TEST_F(ReferenceLogTest, RefusesWhatIsDamagedAndGoesOn) {
  const auto good = to_messages(packed("a", 12'000));
  auto log = assembler();
  const auto error_of = [&](std::vector<Message> messages) {
    const auto all = outcomes(log, messages);
    return all.size() == 1 && std::holds_alternative<Error>(all[0])
               ? std::get<Error>(all[0])
               : Error{ErrorCode::kInternal, "no error"};
  };
  EXPECT_THAT(error_of({good[0], good[2]}),
              IsError(ErrorCode::kCorrupt, "part 1 of generation 1 is missing"));
  auto flipped = good;
  (*flipped[1].value)[7] ^= 1;
  EXPECT_THAT(error_of(flipped),
              IsError(ErrorCode::kCorrupt, "a: its pdq-1 descriptors are damaged"));
  auto text = good.back();
  text.value = Bytes{'{', '}'};
  EXPECT_THAT(error_of({text}),
              IsError(ErrorCode::kMalformed, "reference a: its record cannot be used"));
  EXPECT_THAT(error_of({{.key = "a/b", .headers = {}, .value = Bytes{}}}),
              IsError(ErrorCode::kMalformed, "\"a/b\" is not the key of a reference"));
  auto nameless = good.back();
  nameless.key = "no good id";
  EXPECT_THAT(error_of({nameless}), IsError(ErrorCode::kCorrupt, "is missing"));
  EXPECT_THAT(outcomes(log, good), SizeIs(1));
}

TEST_F(ReferenceLogTest, ABankAdoptsReferencesAndRemovalsWithItsPosition) {
  const auto a = packed("a"), b = packed("b");
  ReferenceBank other = *ReferenceBank::open(path("other.db"), {.access = BankAccess::kCreate});
  EXPECT_EQ(*other.feed(), std::nullopt);
  const FeedPosition position{.topic = "staydown.references", .next = 7, .read_at = kNoon};
  ASSERT_TRUE(other.adopt({.references = {a, b}, .removed = {}, .position = position}));
  EXPECT_EQ(*other.feed(), position);
  expect_same(*other.pack(ReferenceId("a")), a);
  EXPECT_EQ((*other.load(ReferenceId("b")))->entries, (*bank_.load(ReferenceId("b")))->entries);
  const auto revision = *other.revision();

  const Change lifted{.actor = "ben", .at = kNoon, .detail = "lifted"};
  const auto next = packed("b", 6, 1);
  ASSERT_TRUE(other.adopt({.references = {next},
                           .removed = {{ReferenceId("a"), lifted}, {ReferenceId("never"), lifted}},
                           .position = {"staydown.references", 9, kNoon}}));
  EXPECT_EQ(other.feed()->value().next, 9);
  expect_same(*other.pack(ReferenceId("b")), next);
  const auto changes = *other.changes_since(revision);
  EXPECT_THAT(changes.lifted, ElementsAre(ReferenceId("a")));
  ASSERT_THAT(changes.enforced, SizeIs(1));
  EXPECT_EQ(changes.enforced[0]->generation, 2U);
  EXPECT_THAT(*other.verify(ReferenceBank::MediaCheck::kSkip), IsEmpty());
}

TEST_F(ReferenceLogTest, ABankAdoptsAllOrNothing) {
  auto broken = packed("b");
  broken.packed[0][0] ^= 1;
  const auto a = packed("a");
  ReferenceBank other = *ReferenceBank::open(path("other.db"), {.access = BankAccess::kCreate});
  EXPECT_THAT(other.adopt({.references = {a, broken}, .removed = {}, .position = {}}).error(),
              IsError(ErrorCode::kCorrupt, "b: its pdq-1 descriptors are damaged"));
  EXPECT_THAT(*other.list(), IsEmpty());
}

}  // namespace
}  // namespace staydown::reference
