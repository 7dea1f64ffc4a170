#include "service/bank_watcher.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <mutex>
#include <sstream>
#include <thread>

#include "reference/bank_fixture.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using reference::by;
using reference::reference_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Takes the place of the log.
class CapturedLog {
 public:
  CapturedLog() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", lines_));
    spdlog::set_pattern("%v");
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  std::string text() const { return lines_->text(); }

 private:
  class Lines final : public spdlog::sinks::base_sink<std::mutex> {
   public:
    std::string text() {
      const std::lock_guard lock(mutex_);
      return text_;
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      text_.append(line.data(), line.size());
    }
    void flush_() override {}
    std::string text_;
  };

  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
  std::shared_ptr<spdlog::logger> before_;
};

// Holds the bank so that nobody else can read it.
class BankLock {
 public:
  explicit BankLock(const std::string& path) {
    sqlite3_open(path.c_str(), &database_);
    sqlite3_exec(database_, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;", nullptr, nullptr,
                 nullptr);
  }
  ~BankLock() { sqlite3_close(database_); }

 private:
  sqlite3* database_ = nullptr;
};

class BankFollowerTest : public reference::BankTest {
 protected:
  std::vector<std::string> enforced() const {
    std::vector<std::string> ids;
    const auto snapshot = index_->snapshot();
    for (const auto& [id, timeline] : snapshot->references()) {
      ids.push_back(id.value + "/" + std::to_string(timeline->generation));
    }
    return ids;
  }

  CapturedLog log_;
  std::shared_ptr<index::ReferenceIndex> index_ = std::make_shared<index::ReferenceIndex>();
};

TEST_F(BankFollowerTest, AppliesEveryKindOfChange) {
  auto bank = open();
  ASSERT_TRUE(bank.put(reference_of("a", 2), by("ana")));
  BankFollower follower(path(), index_);
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/1"));

  ASSERT_TRUE(bank.put(reference_of("b", 3), by("ana")));
  ASSERT_TRUE(bank.put(reference_of("a", 4, 1), by("ana")));
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/2", "b/1"));

  ASSERT_TRUE(bank.disable(ReferenceId("a"), by("ana")));
  ASSERT_TRUE(bank.remove(ReferenceId("b"), by("ana")));
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), IsEmpty());

  ASSERT_TRUE(bank.enable(ReferenceId("a"), by("ana")));
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/2"));

  const auto version = index_->snapshot()->version();
  ASSERT_TRUE(follower.catch_up());
  EXPECT_EQ(index_->snapshot()->version(), version) << "nothing changed";
  EXPECT_EQ(log_.text(), "event=bank_loaded bank=" + path() +
                             " references=1 entries=2 revision=1\n"
                             "event=reference_enforced reference=a generation=2 entries=4 "
                             "revision=3\n"
                             "event=reference_enforced reference=b generation=1 entries=3 "
                             "revision=3\n"
                             "event=reference_lifted reference=a revision=5\n"
                             "event=reference_lifted reference=b revision=5\n"
                             "event=reference_enforced reference=a generation=2 entries=4 "
                             "revision=6\n");
}

TEST_F(BankFollowerTest, KeepsEnforcingWhileTheBankIsGoneAndFollowsTheOneThatComesBack) {
  ASSERT_TRUE(open().put(reference_of("a", 2), by("ana")));
  BankFollower follower(path(), index_);
  ASSERT_TRUE(follower.catch_up());

  std::filesystem::rename(path(), path("moved.db"));
  const auto gone = follower.catch_up();
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error(), IsError(ErrorCode::kNotFound, path()));
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/1"));

  ASSERT_TRUE(open().put(reference_of("b", 2), by("ana")));
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), UnorderedElementsAre("b/1"));
}

TEST_F(BankFollowerTest, KeepsEnforcingWhileTheBankIsLocked) {
  ASSERT_TRUE(open().put(reference_of("a", 2), by("ana")));
  BankFollower follower(path(), index_);
  {
    const BankLock lock(path());
    const auto locked = follower.catch_up();
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().code, ErrorCode::kBusy) << locked.error().message;
  }
  ASSERT_TRUE(follower.catch_up());
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/1"));
}

class BankWatcherTest : public BankFollowerTest {
 protected:
  // Lets other threads run until `done`, at most for 10 s.
  template <typename Condition>
  static bool await(Condition done) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
};

TEST_F(BankWatcherTest, EnforcesWhatAnotherConnectionAddsAndLiftsWhatItRemoves) {
  auto bank = open();
  ASSERT_TRUE(bank.put(reference_of("a", 2), by("ana")));
  const auto watcher = BankWatcher::start(path(), index_);
  ASSERT_TRUE(watcher) << watcher.error().message;
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/1"));

  ASSERT_TRUE(bank.put(reference_of("b", 3), by("ana")));
  EXPECT_TRUE(await([&] { return enforced().size() == 2; }));
  ASSERT_TRUE(bank.remove(ReferenceId("a"), by("ana")));
  EXPECT_TRUE(await([&] { return enforced() == std::vector<std::string>{"b/1"}; }));
}

TEST_F(BankWatcherTest, LogsOnceThatTheBankVanishedAndThatItIsBack) {
  ASSERT_TRUE(open().put(reference_of("a", 2), by("ana")));
  const auto watcher = BankWatcher::start(path(), index_);
  ASSERT_TRUE(watcher) << watcher.error().message;
  std::filesystem::rename(path(), path("moved.db"));
  EXPECT_TRUE(await([&] { return log_.text().find("bank_unavailable") != std::string::npos; }));
  EXPECT_THAT(enforced(), UnorderedElementsAre("a/1"));
  std::filesystem::rename(path("moved.db"), path());
  EXPECT_TRUE(await([&] { return log_.text().find("bank_back") != std::string::npos; }));

  std::vector<std::string> events;
  std::istringstream lines(log_.text());
  for (std::string line; std::getline(lines, line);)
    events.push_back(line.substr(0, line.find(' ')));
  EXPECT_THAT(events, ElementsAre("event=bank_loaded", "event=bank_unavailable",
                                  "event=bank_loaded", "event=bank_back"));
}

TEST_F(BankWatcherTest, DoesNotStartWithoutABank) {
  const auto watcher = BankWatcher::start(path("none.db"), index_);
  ASSERT_FALSE(watcher);
  EXPECT_THAT(watcher.error(), IsError(ErrorCode::kNotFound, path("none.db")));
}

}  // namespace
}  // namespace staydown::service
