// Several processes on one bank, some of which die or run out of disk.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "reference/bank_fixture.h"
#include "reference/database.h"

namespace staydown::reference {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class BankProcessTest : public BankTest {
 protected:
  // Runs `work` in a child; its exit status is 0 if that gives true.
  static pid_t start(const std::function<bool()>& work) {
    const pid_t child = fork();
    if (child == 0) _exit(work() ? 0 : 1);
    return child;
  }

  static int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
};

TEST_F(BankProcessTest, SeveralProcessesCreateAndFillOneBankAtOnce) {
  constexpr unsigned kProcesses = 4, kEach = 5;
  std::vector<pid_t> children;
  for (unsigned process = 0; process < kProcesses; ++process) {
    children.push_back(start([&] {
      auto bank = open();
      for (unsigned i = 0; i < kEach; ++i) {
        const auto id = std::to_string(process) + "-" + std::to_string(i);
        if (!bank.put(reference_of(id), by("child"))) return false;
      }
      return true;
    }));
  }
  for (const auto child : children) EXPECT_EQ(status_of(child), 0);
  const auto bank = open(BankAccess::kRead);
  EXPECT_THAT(*bank.list(), SizeIs(kProcesses * kEach));
  EXPECT_EQ(bank.revision(), kProcesses * kEach);
  EXPECT_THAT(*bank.audit(), SizeIs(1 + kProcesses * kEach));
  EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kSkip), IsEmpty());
}

TEST_F(BankProcessTest, AWriterThatWaitsTooLongSaysThatTheBankIsBusy) {
  { open(); }
  auto impatient = ReferenceBank::open(
      path(), {.access = BankAccess::kChange, .patience = std::chrono::milliseconds(1)});
  ASSERT_TRUE(impatient);
  std::array<int, 2> ready{}, done{};
  ASSERT_EQ(pipe(ready.data()), 0);
  ASSERT_EQ(pipe(done.data()), 0);
  const pid_t writer = start([&] {
    char byte = 0;
    const auto database = Database::open(path(), DatabaseAccess::kWrite, std::chrono::seconds(1));
    const auto lock = Transaction::begin(*database, Transaction::Kind::kWrite);
    return lock && write(ready[1], "x", 1) == 1 && read(done[0], &byte, 1) == 1;
  });
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const auto refused = impatient->put(reference_of("a"), by("ana"));
  EXPECT_THAT(refused.error(), IsError(ErrorCode::kBusy, "another process is changing it"));
  EXPECT_TRUE(refused.error().retriable);
  EXPECT_THAT(*impatient->list(), IsEmpty());  // readers never wait
  ASSERT_EQ(write(done[1], "x", 1), 1);
  EXPECT_EQ(status_of(writer), 0);
  EXPECT_TRUE(impatient->put(reference_of("a"), by("ana")));
}

// Killed at a point of the transaction that differs from round to round.
TEST_F(BankProcessTest, AProcessThatIsKilledWhileItAddsLeavesTheBankAsItWas) {
  ASSERT_TRUE(open().put(reference_of("kept"), by("ana")));
  const auto kept = *open(BankAccess::kRead).load(ReferenceId("kept"));
  const auto large = reference_of("large", 50'000);
  for (int round = 0; round < 10; ++round) {
    std::array<int, 2> begun{};
    ASSERT_EQ(pipe(begun.data()), 0);
    const pid_t child = start([&] {
      auto bank = open();
      std::uint64_t generation = 0;
      while (true) {  // until killed
        auto next = large;
        next.replaces = generation;
        if (write(begun[1], "x", 1) != 1) return false;
        const auto put = bank.put(next, by("child"));
        if (!put) return false;
        generation = *put;
      }
    });
    char byte = 0;
    for (int i = 0; i <= round % 3; ++i) ASSERT_EQ(read(begun[0], &byte, 1), 1);
    kill(child, SIGKILL);
    EXPECT_EQ(status_of(child), 128 + SIGKILL);
    close(begun[0]);
    close(begun[1]);

    auto bank = open();
    EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kSkip), IsEmpty());
    EXPECT_EQ((*bank.load(ReferenceId("kept")))->entries, kept->entries);
    if (const auto found = bank.load(ReferenceId("large"))) {
      EXPECT_EQ((*found)->entries, large.entries);
      ASSERT_TRUE(bank.remove(ReferenceId("large"), by("ana")));
    }
  }
}

TEST_F(BankProcessTest, AFullDiskIsAClearErrorAndLeavesTheBankAsItWas) {
  ASSERT_TRUE(open().put(reference_of("kept"), by("ana")));
  const pid_t child = start([&] {
    // No file of this process may grow beyond 256 KiB: writes fail as on a full disk.
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{256 << 10, 256 << 10};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    auto bank = open();
    const auto refused = bank.put(reference_of("large", 50'000), by("child"));
    const auto small = bank.put(reference_of("small"), by("child"));
    return !refused && refused.error().code == ErrorCode::kDiskFull &&
           refused.error().message.find("no space is left for it; free some") !=
               std::string::npos &&
           small.has_value();
  });
  EXPECT_EQ(status_of(child), 0);
  const auto bank = open(BankAccess::kRead);
  EXPECT_THAT(*bank.verify(ReferenceBank::MediaCheck::kSkip), IsEmpty());
  std::vector<std::string> ids;
  const auto records = bank.list();
  for (const auto& record : *records) ids.push_back(record.info.id.value);
  EXPECT_THAT(ids, ElementsAre("kept", "small"));
}

}  // namespace
}  // namespace staydown::reference
