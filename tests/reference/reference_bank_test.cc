#include "reference/reference_bank.h"

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Pointee;

class ReferenceBankTest : public BankTest {};

auto TimelineOf(const std::string& id, std::uint64_t generation) {
  return Pointee(AllOf(
      Field("info", &ReferenceTimeline::info, Field("id", &ReferenceInfo::id, ReferenceId(id))),
      Field("generation", &ReferenceTimeline::generation, generation)));
}

TEST_F(ReferenceBankTest, KeepsEverythingThatPeopleDecidedAndEveryEntry) {
  NewGeneration halle = reference_of("halle", 2);
  halle.info = {.id = ReferenceId("halle"),
                .label = "Halle 2019, „Helmkamera“",
                .grounds = "TCO order 17",
                .max_verdict = VerdictKind::kReview,
                .confirmed = true};
  halle.file = MediaFile{.path = "/media/halle.mp4", .digest = {1, 2, 3}, .interval = {}};
  halle.file->interval = Interval{60s, 61s};
  halle.entries[1].view = View::kTrimmed;
  halle.entries[1].generic = true;
  halle.entries[1].quality = 49;
  ASSERT_EQ(open().put(halle, by("ana")), 1U);

  const auto bank = open(BankAccess::kRead);
  const auto record = bank.find(ReferenceId("halle"));
  ASSERT_TRUE(record) << record.error().message;
  ASSERT_EQ(record->descriptors.size(), 1U);
  EXPECT_EQ(*record, (ReferenceRecord{.info = halle.info,
                                      .enabled = true,
                                      .added_by = "ana",
                                      .added_at = kNoon,
                                      .generation = 1,
                                      .revision = 1,
                                      .duration = 1s,
                                      .file = halle.file,
                                      .descriptors = {{.model = "pdq-1",
                                                       .entries = 2,
                                                       .bytes = 104,
                                                       .digest = record->descriptors[0].digest}}}));
  const auto timeline = bank.load(ReferenceId("halle"));
  ASSERT_TRUE(timeline) << timeline.error().message;
  EXPECT_EQ((*timeline)->info, halle.info);
  EXPECT_EQ((*timeline)->generation, 1U);
  EXPECT_EQ((*timeline)->duration, MediaTime(1s));
  EXPECT_EQ((*timeline)->entries, halle.entries);
}

TEST_F(ReferenceBankTest, KeepsBothModelsInOneTimelineInOrderOfTime) {
  NewGeneration reference = reference_of("a", 2);
  for (int i = 1; i >= 0; --i) {
    auto entry = reference.entries[static_cast<std::size_t>(i)];
    entry.value = Embedding{0.6F, 0.8F};
    reference.entries.insert(reference.entries.begin() + i + 1, entry);
  }
  const BankOptions both{.access = BankAccess::kCreate, .embedding_model = "lite0-1"};
  auto bank = ReferenceBank::open(path(), both);
  ASSERT_TRUE(bank) << bank.error().message;
  ASSERT_EQ(bank->put(reference, by("ana")), 1U);
  EXPECT_EQ((*bank->load(ReferenceId("a")))->entries, reference.entries);

  std::vector<ReferenceEntry> hashes = {reference.entries[0], reference.entries[2]};
  EXPECT_EQ((*open(BankAccess::kRead).load(ReferenceId("a")))->entries, hashes);
}

TEST_F(ReferenceBankTest, TellsAReaderExactlyWhatChangedSinceItLastLooked) {
  auto bank = open();
  const auto watcher = open(BankAccess::kRead);
  ASSERT_TRUE(bank.put(reference_of("a"), by("ana")));
  ASSERT_TRUE(bank.put(reference_of("b"), by("ana")));
  ASSERT_TRUE(bank.put(reference_of("c"), by("ana")));
  auto changes = watcher.changes_since(0);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->revision, 3U);
  EXPECT_THAT(changes->enforced,
              ElementsAre(TimelineOf("a", 1), TimelineOf("b", 1), TimelineOf("c", 1)));
  EXPECT_THAT(changes->lifted, IsEmpty());

  ASSERT_TRUE(bank.remove(ReferenceId("a"), by("ben")));
  ASSERT_TRUE(bank.disable(ReferenceId("b"), by("ben")));
  ASSERT_EQ(bank.put(reference_of("c", 4, 1), by("ben")), 2U);
  EXPECT_EQ(watcher.revision(), 6U);
  changes = watcher.changes_since(3);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_THAT(changes->enforced, ElementsAre(TimelineOf("c", 2)));
  EXPECT_THAT(changes->lifted, ElementsAre(ReferenceId("a"), ReferenceId("b")));
  EXPECT_THAT(changes->damaged, IsEmpty());

  ASSERT_TRUE(bank.enable(ReferenceId("b"), by("ben")));
  ASSERT_TRUE(bank.put(reference_of("a"), by("ben")));
  changes = watcher.changes_since(6);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->revision, 8U);
  EXPECT_THAT(changes->enforced, ElementsAre(TimelineOf("a", 2), TimelineOf("b", 1)));
  EXPECT_THAT(changes->lifted, IsEmpty());

  changes = watcher.changes_since(8);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->revision, 8U);
  EXPECT_THAT(changes->enforced, IsEmpty());
}

TEST_F(ReferenceBankTest, ANextGenerationKeepsWhoAddedItAndThatItIsDisabled) {
  auto bank = open();
  ASSERT_TRUE(bank.put(reference_of("a"), by("ana")));
  ASSERT_TRUE(bank.disable(ReferenceId("a"), by("ben")));
  auto next = reference_of("a", 7, 1);
  next.info.label = "another label";
  ASSERT_EQ(bank.put(next, by("cleo")), 2U);
  const auto record = bank.find(ReferenceId("a"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->added_by, "ana");
  EXPECT_FALSE(record->enabled);
  EXPECT_EQ(record->info, next.info);
  EXPECT_EQ(record->descriptors.at(0).entries, 7U);
}

TEST_F(ReferenceBankTest, RefusesAnIdThatIsTakenAndAGenerationThatIsNoLongerTheLatest) {
  auto bank = open();
  ASSERT_TRUE(bank.put(reference_of("a"), by("ana")));
  EXPECT_THAT(bank.put(reference_of("a"), by("ana")).error(),
              IsError(ErrorCode::kAlreadyExists, "already has a reference a"));
  ASSERT_TRUE(bank.put(reference_of("a", 4, 1), by("ana")));
  EXPECT_THAT(bank.put(reference_of("a", 4, 1), by("ana")).error(),
              IsError(ErrorCode::kInvalidArgument, "changed meanwhile (generation 2, not 1)"));
  ASSERT_TRUE(bank.remove(ReferenceId("a"), by("ana")));
  EXPECT_THAT(bank.put(reference_of("a", 4, 2), by("ana")).error(),
              IsError(ErrorCode::kNotFound, "has no reference a"));
  EXPECT_EQ(bank.revision(), 3U);
}

TEST_F(ReferenceBankTest, RefusesWhatCannotBeAReference) {
  auto bank = open();
  for (const std::string id : {"", "with space", "with/slash", "ümlaut"}) {
    EXPECT_THAT(bank.put(reference_of(id), by("ana")).error(),
                IsError(ErrorCode::kInvalidArgument, "reference id \"" + id + "\": give 1 to 128"));
  }
  auto empty = reference_of("a", 0);
  EXPECT_THAT(bank.put(empty, by("ana")).error(),
              IsError(ErrorCode::kInvalidArgument, "reference a: it has no descriptors"));
  auto backwards = reference_of("a", 2);
  std::swap(backwards.entries[0], backwards.entries[1]);
  EXPECT_THAT(bank.put(backwards, by("ana")).error(),
              IsError(ErrorCode::kInvalidArgument,
                      "reference a: entry 1 at 0.000s is earlier than the one before"));
  auto harmless = reference_of("a");
  harmless.info.max_verdict = VerdictKind::kAllow;
  EXPECT_THAT(bank.put(harmless, by("ana")).error(),
              IsError(ErrorCode::kInvalidArgument, "must cause review or takedown"));
  EXPECT_THAT(*bank.list(), IsEmpty());
}

TEST_F(ReferenceBankTest, NamesAReferenceThatItDoesNotHave) {
  auto bank = open();
  const ReferenceId id("nobody");
  const auto unknown = IsError(ErrorCode::kNotFound, "has no reference nobody");
  EXPECT_THAT(bank.find(id).error(), unknown);
  EXPECT_THAT(bank.load(id).error(), unknown);
  EXPECT_THAT(bank.enable(id, by("ana")).error(), unknown);
  EXPECT_THAT(bank.disable(id, by("ana")).error(), unknown);
  EXPECT_THAT(bank.remove(id, by("ana")).error(), unknown);
}

TEST_F(ReferenceBankTest, AReaderCannotChangeTheBank) {
  { open(); }
  auto reader = open(BankAccess::kRead);
  EXPECT_THAT(reader.put(reference_of("a"), by("ana")).error(),
              IsError(ErrorCode::kIo, "attempt to write a readonly database"));
}

}  // namespace
}  // namespace staydown::reference
