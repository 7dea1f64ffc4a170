// What is at the path of a bank: nothing, another file, an older or newer bank, a damaged one.
#include <sqlite3.h>

#include <fstream>

#include "reference/bank_fixture.h"
#include "reference/database.h"
#include "reference/file_digest.h"
#include "reference/schema.h"

namespace staydown::reference {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class BankFileTest : public BankTest {
 protected:
  void write(const std::string& bytes, const std::string& name = "bank.db") const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void execute(const std::string& sql) const {
    sqlite3* handle = nullptr;
    sqlite3_open(path().c_str(), &handle);
    char* message = nullptr;
    ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(handle);
  }

  Error error(BankAccess access = BankAccess::kRead) const {
    const auto bank = ReferenceBank::open(path(), {.access = access});
    return bank ? Error{ErrorCode::kInternal, "it was opened"} : bank.error();
  }
};

TEST_F(BankFileTest, AMissingBankIsOnlyMadeOnRequest) {
  const auto missing = IsError(ErrorCode::kNotFound, "bank.db: no such file; check --bank");
  EXPECT_THAT(error(BankAccess::kRead), missing);
  EXPECT_THAT(error(BankAccess::kChange), missing);
  EXPECT_THAT(*open(BankAccess::kCreate).list(), IsEmpty());
  EXPECT_THAT(*open(BankAccess::kRead).list(), IsEmpty());
}

TEST_F(BankFileTest, AFolderThatIsMissingIsNamed) {
  EXPECT_THAT(ReferenceBank::open(path("no/such/bank.db"), {.access = BankAccess::kCreate}).error(),
              IsError(ErrorCode::kIo,
                      "no/such/bank.db: unable to open database file: No such file "
                      "or directory; check that the file and its folder exist"));
}

TEST_F(BankFileTest, AnotherFileIsNoBankAndStaysAsItIs) {
  const std::string text(5000, 'x');
  write(text);
  for (const auto access : {BankAccess::kRead, BankAccess::kChange, BankAccess::kCreate}) {
    EXPECT_THAT(error(access), IsError(ErrorCode::kMalformed, "bank.db: is not a bank"));
  }
  EXPECT_EQ(bytes(), text);
}

TEST_F(BankFileTest, ADatabaseOfAnotherProgramIsNoBankAndStaysAsItIs) {
  execute("CREATE TABLE notes (text TEXT)");
  const auto before = bytes();
  for (const auto access : {BankAccess::kRead, BankAccess::kChange, BankAccess::kCreate}) {
    EXPECT_THAT(error(access),
                IsError(ErrorCode::kMalformed, "bank.db: is an SQLite file of another program"));
  }
  EXPECT_EQ(bytes(), before);
}

TEST_F(BankFileTest, AnEmptyFileIsMadeABankOnlyOnRequest) {
  write("");
  const auto empty = IsError(ErrorCode::kMalformed, "bank.db: is an empty file, not a bank");
  EXPECT_THAT(error(BankAccess::kRead), empty);
  EXPECT_THAT(error(BankAccess::kChange), empty);
  EXPECT_THAT(*open(BankAccess::kCreate).list(), IsEmpty());
}

TEST_F(BankFileTest, ANewerSchemaIsRefused) {
  { open(); }
  execute("PRAGMA user_version = 99");
  EXPECT_THAT(error(BankAccess::kChange),
              IsError(ErrorCode::kMalformed,
                      "was made by a newer Staydown (schema version 99, this one knows 2)"));
}

TEST_F(BankFileTest, AViewInATablesPlaceIsRefused) {
  { open(); }
  execute(
      "DROP TABLE removal; CREATE VIEW removal AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
      "SELECT i + 1 FROM n) SELECT i AS id, i AS generation, i AS revision FROM n");
  EXPECT_THAT(error(), IsError(ErrorCode::kMalformed, "holds a view removal, which no bank has"));
}

TEST_F(BankFileTest, ABankOfTheFirstSchemaGoesOn) {
  {
    auto database = Database::open(path(), DatabaseAccess::kCreate, std::chrono::seconds(1));
    ASSERT_TRUE(database) << database.error().message;
    ASSERT_TRUE(migrate(*database, migrations().first(1), kNoon));
  }
  EXPECT_THAT(error(BankAccess::kRead),
              IsError(ErrorCode::kMalformed, "has the older schema version 1"));
  auto bank = open(BankAccess::kChange);
  auto reference = reference_of("a");
  reference.info.notice = "2026-17";
  ASSERT_TRUE(bank.put(reference, by("ana")));
  EXPECT_EQ(bank.find(ReferenceId("a"))->info.notice, "2026-17");
}

// Migrations run over a bank with references in it.
TEST_F(BankFileTest, AnOlderSchemaBecomesTheNewestInOneTransaction) {
  ASSERT_TRUE(open().put(reference_of("a"), by("ana")));
  auto database = Database::open(path(), DatabaseAccess::kWrite, std::chrono::seconds(1));
  ASSERT_TRUE(database) << database.error().message;
  std::vector<const char*> broken(migrations().begin(), migrations().end());
  broken.insert(broken.end(), {"ALTER TABLE reference ADD COLUMN country TEXT;",
                               "UPDATE nothing SET country = 'de';"});
  EXPECT_FALSE(migrate(*database, broken, kNoon));
  EXPECT_EQ(schema_version(*database, 4), 2);
  EXPECT_EQ(database->number("SELECT count(*) FROM pragma_table_info('reference') "
                             "WHERE name = 'country'"),
            0);

  auto good = broken;
  good.back() = "UPDATE reference SET country = 'de';";
  for (int time = 0; time < 2; ++time) {
    const auto done = migrate(*database, good, kNoon);
    ASSERT_TRUE(done) << done.error().message;
  }
  EXPECT_EQ(schema_version(*database, 4), 4);
  EXPECT_EQ(database->word("SELECT id || ' ' || country FROM reference"), "a de");
  EXPECT_EQ(database->word("SELECT group_concat(action || ': ' || detail, '; ') FROM audit "
                           "WHERE actor = 'staydown'"),
            "create: schema version 2; migrate: schema version 2 to 4");
  EXPECT_THAT(error(), IsError(ErrorCode::kMalformed, "newer Staydown (schema version 4"));
}

TEST_F(BankFileTest, ATruncatedBankIsReported) {
  ASSERT_TRUE(open().put(reference_of("a", 2000), by("ana")));
  const auto whole = bytes();
  for (const std::size_t size : {50, 4096, 30'000}) {
    write(whole.substr(0, size));
    const auto bank = ReferenceBank::open(path());
    const auto changes = bank.and_then([](const auto& b) { return b.changes_since(0); });
    ASSERT_FALSE(changes) << size;
    EXPECT_THAT(changes.error().code,
                testing::AnyOf(ErrorCode::kCorrupt, ErrorCode::kMalformed, ErrorCode::kIo))
        << size << ": " << changes.error().message;
  }
}

TEST_F(BankFileTest, ADamagedReferenceIsLeftOutAndNamed) {
  ASSERT_TRUE(open().put(reference_of("a", 3), by("ana")));
  ASSERT_TRUE(open().put(reference_of("b", 3), by("ana")));
  execute("UPDATE descriptors SET packed = zeroblob(156) WHERE reference_id = 'a'");
  const auto bank = open(BankAccess::kRead);
  const auto changes = bank.changes_since(0);
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_THAT(changes->enforced, SizeIs(1));
  EXPECT_EQ(changes->enforced[0]->info.id, ReferenceId("b"));
  EXPECT_THAT(changes->damaged,
              ElementsAre(IsError(ErrorCode::kCorrupt,
                                  "reference a: its pdq-1 descriptors are damaged; remove")));
  EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kSkip),
              ElementsAre(Finding{FindingKind::kDamage, ReferenceId("a"),
                                  "its pdq-1 descriptors are damaged; remove it and add it "
                                  "again"}));
}

TEST_F(BankFileTest, VerifyFindsAFlippedBitInTheFile) {
  ASSERT_TRUE(open().put(reference_of("a", 2000), by("ana")));
  auto damaged = bytes();
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  write(damaged);
  const auto findings = open(BankAccess::kRead).verify(ReferenceBank::MediaCheck::kSkip);
  ASSERT_TRUE(findings) << findings.error().message;
  ASSERT_THAT(*findings, SizeIs(1));
  EXPECT_EQ(findings->front().kind, FindingKind::kDamage);
}

TEST_F(BankFileTest, VerifyLooksForTheVideos) {
  const auto video = [&](const std::string& id, const std::string& file) {
    auto reference = reference_of(id);
    reference.file = MediaFile{.path = path(file), .digest = digest_of_file(path(file)).value()};
    return reference;
  };
  for (const std::string id : {"changed", "gone", "kept"}) {
    write(id, id + ".mp4");
    ASSERT_TRUE(open().put(video(id, id + ".mp4"), by("ana")));
  }
  write("other bytes", "changed.mp4");
  std::filesystem::remove(path("gone.mp4"));
  const auto bank = open(BankAccess::kRead);
  EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kSkip), IsEmpty());
  EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kDigest),
              ElementsAre(Finding{FindingKind::kMediaChanged, ReferenceId("changed"),
                                  path("changed.mp4") + ": is not the video that was added"},
                          Finding{FindingKind::kMediaMissing, ReferenceId("gone"),
                                  "its video cannot be read: " + path("gone.mp4") +
                                      ": No such file or directory; check the path"}));
}

}  // namespace
}  // namespace staydown::reference
