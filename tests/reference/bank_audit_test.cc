#include <sqlite3.h>

#include "reference/bank_fixture.h"

namespace staydown::reference {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class BankAuditTest : public BankTest {
 protected:
  // What SQLite says to a statement by any program, or "ok".
  std::string execute(const std::string& sql) const {
    sqlite3* handle = nullptr;
    sqlite3_open(path().c_str(), &handle);
    const int status = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
    std::string answer = status == SQLITE_OK ? "ok" : sqlite3_errmsg(handle);
    sqlite3_close(handle);
    return answer;
  }
};

TEST_F(BankAuditTest, EachChangeLeavesOneLine) {
  auto bank = open();
  ASSERT_TRUE(bank.put(reference_of("a"), by("ana", "keyframes")));
  ASSERT_TRUE(bank.put(reference_of("a", 4, 1), by("ana", "full decode")));
  ASSERT_TRUE(bank.disable(ReferenceId("a"), by("ben", "wrong video")));
  ASSERT_TRUE(bank.disable(ReferenceId("a"), by("ben", "changes nothing")));
  ASSERT_TRUE(bank.enable(ReferenceId("a"), by("cleo")));
  ASSERT_FALSE(bank.remove(ReferenceId("b"), by("cleo")));
  ASSERT_TRUE(bank.remove(ReferenceId("a"), by("cleo", "lifted")));
  auto lines = bank.audit();
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 6U);
  lines->front().at = kNoon;  // the only line with the clock's own time
  const ReferenceId a("a");
  EXPECT_THAT(*lines, ElementsAre(AuditLine{1, kNoon, "staydown", "create", {}, "schema version 2"},
                                  AuditLine{2, kNoon, "ana", "add", a, "keyframes"},
                                  AuditLine{3, kNoon, "ana", "replace", a, "full decode"},
                                  AuditLine{4, kNoon, "ben", "disable", a, "wrong video"},
                                  AuditLine{5, kNoon, "cleo", "enable", a, ""},
                                  AuditLine{6, kNoon, "cleo", "remove", a, "lifted"}));
}

TEST_F(BankAuditTest, NobodyCanChangeWhatWasWritten) {
  ASSERT_TRUE(open().put(reference_of("a"), by("ana")));
  const auto before = *open().audit();
  const std::string refused = "the audit table is append-only";
  EXPECT_EQ(execute("UPDATE audit SET actor = 'ben'"), refused);
  EXPECT_EQ(execute("DELETE FROM audit WHERE sequence = 2"), refused);
  EXPECT_EQ(execute("REPLACE INTO audit VALUES (2, 0, 'ben', 'add', 'a', '')"), refused);
  EXPECT_EQ(execute("INSERT INTO audit VALUES (2, 0, 'ben', 'add', 'a', '') "
                    "ON CONFLICT DO UPDATE SET actor = 'ben'"),
            refused);
  EXPECT_EQ(*open().audit(), before);
}

TEST_F(BankAuditTest, AllIsWellInAHealthyBank) {
  ASSERT_TRUE(open().put(reference_of("a"), by("ana")));
  EXPECT_THAT(*open().verify(ReferenceBank::MediaCheck::kDigest), IsEmpty());
}

}  // namespace
}  // namespace staydown::reference
