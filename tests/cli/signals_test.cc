#include "cli/signals.h"

#include <gtest/gtest.h>

#include <memory>

namespace staydown::cli {
namespace {

using namespace std::chrono_literals;

constexpr EndInTime::Patience kShort{.idle = 10ms, .working = 50ms};

// Something that does not look at its stop.
[[noreturn]] void go_on_for_ever() {
  while (true) std::this_thread::yield();
}

class EndInTimeDeathTest : public testing::Test {
 protected:
  EndInTimeDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(EndInTimeDeathTest, EndsWithSuccessWhatHasNothingInWork) {
  EXPECT_EXIT(
      {
        std::stop_source stop;
        const EndInTime end(stop.get_token(), kShort);
        stop.request_stop();
        go_on_for_ever();
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(EndInTimeDeathTest, EndsWithAnErrorWhatIsCutOff) {
  EXPECT_EXIT(
      {
        std::stop_source stop;
        EndInTime end(stop.get_token(), kShort);
        end.work_begins();
        stop.request_stop();
        go_on_for_ever();
      },
      testing::ExitedWithCode(1), "");
}

TEST(EndInTime, LeavesAloneWhatEndsByItself) {
  std::stop_source stop;
  auto end =
      std::make_unique<EndInTime>(stop.get_token(), EndInTime::Patience{.idle = 1h, .working = 2h});
  stop.request_stop();
  end.reset();
}

TEST(EndInTime, LeavesAloneWhatIsNotStopped) {
  std::stop_source stop;
  const EndInTime end(stop.get_token(), {.idle = 0ms, .working = 0ms});
}

}  // namespace
}  // namespace staydown::cli
